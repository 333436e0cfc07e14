import { viewOf } from '../../../core/records/view.ts';
import { compileRules } from '../../../core/rules/ruleset.ts';
import { loaded, refusal, ruleText, selectionText } from './rule-text.ts';

type Json = Readonly<Record<string, unknown>>;

function fires(text: string, record: Json): boolean {
  const set = compileRules([loaded(text)]);
  const view = viewOf(record);
  return set.match(set.candidates(view.eventSource, view.eventName), view).length > 0;
}

const DEEP = {
  requestParameters: {
    ipPermissions: { items: [{ ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }, { cidrIp: '192.0.2.0/24' }] } }, { ipRanges: { items: [] } }] },
    'dotted.key': { inner: 'x' },
    policyDocument: '{"Effect":"Allow","Action":"s3:*"}',
    flag: false,
    port: 22,
    size: '1.10',
    empty: '',
    nothing: null,
    none: [],
    list: ['a', ['b'], 5, { c: 'd' }],
  },
};

describe('selections', () => {
  test.each<[name: string, selection: unknown, record: Json, expected: boolean]>([
    ['a map holds when all of it does', { eventName: 'A', awsRegion: 'r' }, { eventName: 'A', awsRegion: 'r' }, true],
    ['a map fails when a part does', { eventName: 'A', awsRegion: 'r' }, { eventName: 'A', awsRegion: 'q' }, false],
    ['a list of values holds by one', { eventName: ['A', 'B'] }, { eventName: 'B' }, true],
    ['a list of values fails without any', { eventName: ['A', 'B'] }, { eventName: 'C' }, false],
    ['a list of maps holds by one', [{ eventName: 'A' }, { awsRegion: 'r' }], { awsRegion: 'r' }, true],
    ['a list of maps fails without any', [{ eventName: 'A' }, { awsRegion: 'r' }], { awsRegion: 'q' }, false],
    ['a list of keywords and maps', ['needle', { awsRegion: 'r' }], { awsRegion: 'r' }, true],
    ['keywords search within any string', ['needle'], { requestParameters: { a: [{ b: 'hayNEEDLEhay' }] } }, true],
    ['keywords do not search keys', ['needle'], { requestParameters: { needle: 'x' } }, false],
    ['keywords do not search numbers', ['5'], { requestParameters: { a: 5 } }, false],
    ['keywords with wildcards', ['n?e*le'], { userAgent: 'a need less' }, true],
    ['a single keyword', 'needle', { errorMessage: 'no needle' }, true],
    ['keywords under all, apart', { '|all': ['one', 'two'] }, { userAgent: 'one', errorMessage: 'two' }, true],
    ['keywords under all, one missing', { '|all': ['one', 'two'] }, { userAgent: 'one' }, false],
    ['keywords as regular expressions', { '|re': '^n.*e$' }, { userAgent: 'needle' }, true],
  ])('%s', (_, selection, record, expected) => {
    expect(fires(selectionText(selection), record)).toBe(expected);
  });
});

describe('values', () => {
  test.each<[name: string, selection: Json, record: Json, expected: boolean]>([
    ['text without regard to case', { eventName: 'createuser' }, { eventName: 'CreateUser' }, true],
    ['the whole text only', { eventName: 'Create' }, { eventName: 'CreateUser' }, false],
    ['a final sigma folds like any other', { userAgent: 'ΟΔΟΣ' }, { userAgent: 'οδος' }, true],
    ['* is any run of characters', { eventName: 'C*e*r' }, { eventName: 'CreateUser' }, true],
    ['* is also no character', { eventName: 'Create*User' }, { eventName: 'CreateUser' }, true],
    ['? is one character', { eventName: 'Create????' }, { eventName: 'CreateUser' }, true],
    ['? is not no character', { eventName: 'CreateUser?' }, { eventName: 'CreateUser' }, false],
    ['* crosses lines', { errorMessage: 'a*b' }, { errorMessage: 'a\nb' }, true],
    ['\\* is a plain star', { userAgent: 'a\\*' }, { userAgent: 'a*' }, true],
    ['\\* is no wildcard', { userAgent: 'a\\*' }, { userAgent: 'ab' }, false],
    ['\\? is a plain question mark', { userAgent: 'a\\?' }, { userAgent: 'a?' }, true],
    ['\\\\* is a backslash and a wildcard', { userAgent: 'C:\\\\*' }, { userAgent: 'C:\\temp' }, true],
    ['\\\\\\* is a backslash and a star', { userAgent: 'C:\\\\\\*' }, { userAgent: 'C:\\*' }, true],
    ['a backslash before anything else is itself', { userAgent: 'a\\b' }, { userAgent: 'a\\b' }, true],
    ['two backslashes are one', { userAgent: 'a\\\\b' }, { userAgent: 'a\\b' }, true],
    ['four backslashes are two', { userAgent: 'a\\\\\\\\b' }, { userAgent: 'a\\\\b' }, true],
    ['null is a missing field', { errorCode: null }, {}, true],
    ['null is a null field', { errorCode: null }, { errorCode: null }, true],
    ['null is no empty text', { errorCode: null }, { errorCode: '' }, false],
    ['null on a path with values', { 'requestParameters.list.c': null }, DEEP, false],
    ['null on a path without', { 'requestParameters.list.x': null }, DEEP, true],
    ['null is no empty list', { 'requestParameters.none': null }, DEEP, false],
    ['null among values', { errorCode: ['Success', null] }, {}, true],
    ['empty text', { 'requestParameters.empty': '' }, DEEP, true],
    ['empty text is not null', { 'requestParameters.nothing': '' }, DEEP, false],
    ['text false is boolean false', { 'requestParameters.flag': 'false' }, DEEP, true],
    ['boolean false is boolean false', { 'requestParameters.flag': false }, DEEP, true],
    ['boolean true is text true', { userAgent: true }, { userAgent: 'True' }, true],
    ['number is number', { 'requestParameters.port': 22 }, DEEP, true],
    ['number is text', { userAgent: 5 }, { userAgent: '5' }, true],
    ['text is number', { 'requestParameters.port': '22' }, DEEP, true],
    ['* is anything that is not null', { 'requestParameters.none': '*' }, DEEP, true],
    ['* is not null', { 'requestParameters.nothing': '*' }, DEEP, false],
  ])('%s', (_, selection, record, expected) => {
    expect(fires(selectionText(selection), record)).toBe(expected);
  });

  test.each<[written: string, record: Json, expected: boolean]>([
    ['1.10', { requestParameters: { x: '1.10' } }, true],
    ['1.10', { requestParameters: { x: 1.1 } }, true],
    ['012345678901', { requestParameters: { x: '012345678901' } }, true],
    ['111122223333', { requestParameters: { x: '111122223333' } }, true],
    ['12345678901234567890', { requestParameters: { x: '12345678901234567890' } }, true],
    ['NO', { requestParameters: { x: 'no' } }, true],
    ['NO', { requestParameters: { x: false } }, false],
    ['2024-05-14', { requestParameters: { x: '2024-05-14' } }, true],
    ['~', { requestParameters: {} }, true],
  ])('a value written %s in YAML and %j', (written, record, expected) => {
    const text = `title: t\nlogsource: {product: aws, service: cloudtrail}\ndetection:\n  selection:\n    requestParameters.x: ${written}\n  condition: selection\n`;
    expect(fires(text, record)).toBe(expected);
  });
});

describe('paths', () => {
  test.each<[name: string, selection: Json, record: Json, expected: boolean]>([
    ['lists on the way are entered', { 'requestParameters.ipPermissions.items.ipRanges.items.cidrIp': '0.0.0.0/0' }, DEEP, true],
    [
      'any element may satisfy',
      { 'requestParameters.ipPermissions.items.ipRanges.items.cidrIp|all': ['0.0.0.0/0', '192.0.2.0/24'] },
      DEEP,
      true,
    ],
    ['a list at the end is entered', { 'requestParameters.list': 'a' }, DEEP, true],
    ['a list in a list is entered', { 'requestParameters.list': 'b' }, DEEP, true],
    ['objects in a list are entered by the path', { 'requestParameters.list.c': 'd' }, DEEP, true],
    ['a key may hold dots', { 'requestParameters.dotted.key.inner': 'x' }, DEEP, true],
    ['an object is no text', { 'requestParameters.ipPermissions': 'items' }, DEEP, false],
    ['contains reads the JSON text of an object', { 'requestParameters|contains': '"port":22' }, DEEP, true],
    ['contains reads the JSON text of a list', { 'requestParameters.list|contains': '["b"]' }, DEEP, true],
    ['contains reads the strings inside an object', { 'requestParameters|contains': '"Effect":"Allow"' }, DEEP, true],
    ['startswith reads the JSON text', { 'requestParameters|startswith': '{"ipPermissions"' }, DEEP, true],
    ['re reads the JSON text of an object in a list', { 'requestParameters.list|re': '^\\{"c":"d"\\}$' }, DEEP, true],
    ['field names mind the case', { 'requestparameters.port': 22 }, DEEP, false],
    ['a scalar field takes no list', { 'userIdentity.type': 'Root' }, { userIdentity: { type: ['Root'] } }, false],
    ['a scalar field crosses no list', { 'userIdentity.type': 'Root' }, { userIdentity: [{ type: 'Root' }] }, false],
    ['an inherited key is not there', { 'requestParameters.constructor|exists': true }, DEEP, false],
    [
      '__proto__ is a key like any other',
      { 'requestParameters.__proto__.x': 'y' },
      JSON.parse('{"requestParameters":{"__proto__":{"x":"y"}}}') as Json,
      true,
    ],
  ])('%s', (_, selection, record, expected) => {
    expect(fires(selectionText(selection), record)).toBe(expected);
  });
});

const POWERSHELL = Buffer.from('xx Invoke-Thing yy', 'utf16le').toString('base64');

describe('modifiers', () => {
  test.each<[key: string, value: unknown, seen: unknown, expected: boolean]>([
    ['contains', 'Boto', 'aws boto3', true],
    ['contains', 'Boto', 'aws', false],
    ['contains', ['x', 'aws'], 'aws', true],
    ['contains', 5, 'a5b', true],
    ['contains', '', '', true],
    ['contains|all', ['aws', 'boto'], 'aws boto3', true],
    ['contains|all', ['aws', 'java'], 'aws boto3', false],
    ['all|contains', ['aws', 'java'], 'aws java', true],
    ['startswith', 'AWS', 'aws boto3', true],
    ['startswith', 'boto', 'aws boto3', false],
    ['startswith', 'C:\\', 'c:\\temp', true],
    ['endswith', 'BOTO3', 'aws boto3', true],
    ['endswith', 'aws', 'aws boto3', false],
    ['endswith|all', ['3', 'o3'], 'boto3', true],
    ['cased', 'Boto', 'Boto', true],
    ['cased', 'Boto', 'boto', false],
    ['cased', ['x', 'Boto'], 'Boto', true],
    ['contains|cased', 'Boto', 'a Boto', true],
    ['contains|cased', 'Boto', 'a boto', false],
    ['exists', true, '', true],
    ['exists', true, null, true],
    ['exists', true, undefined, false],
    ['exists', false, undefined, true],
    ['exists', false, null, false],
    ['re', '^b.t', 'boto', true],
    ['re', '^b.t', 'Boto', false],
    ['re', 'oto', 'boto', true],
    ['re', ['x', 'o$'], 'boto', true],
    ['re', 5, '15', true],
    ['re|i', '^b.t', 'BOTO', true],
    ['re', '^b$', 'a\nb', false],
    ['re|m', '^b$', 'a\nb', true],
    ['re', 'a.b', 'a\nb', false],
    ['re|s', 'a.b', 'a\nb', true],
    ['re|i|m|s', '^B.C$', 'a\nb\nc', true],
    ['re|all', ['a', 'b'], 'ba', true],
    ['cidr', '192.0.2.0/24', '192.0.2.200', true],
    ['cidr', '192.0.2.0/24', '192.0.3.1', false],
    ['cidr', ['198.51.100.0/24', '192.0.2.7'], '192.0.2.7', true],
    ['cidr', '0.0.0.0/0', '203.0.113.1', true],
    ['cidr', '192.0.2.0/24', '::ffff:192.0.2.1', true],
    ['cidr', '::ffff:192.0.2.0/120', '192.0.2.1', true],
    ['cidr', '2001:db8::/32', '2001:0DB8::1', true],
    ['cidr', '2001:db8::/32', '2001:db9::1', false],
    ['cidr', '0.0.0.0/0', '2001:db8::1', false],
    ['cidr', '0.0.0.0/0', 'ec2.amazonaws.com', false],
    ['cidr', '0.0.0.0/0', '010.0.0.1', false],
    ['cidr', '0.0.0.0/0', '10', false],
    ['lt', 5, 4.9, true],
    ['lt', 5, 5, false],
    ['lte', 5, 5, true],
    ['gt', 5, '6', true],
    ['gt', 5, 5, false],
    ['gte', '5', 5, true],
    ['gte', 5, 'six', false],
    ['gte', 0, '', false],
    ['gte', 0, true, false],
    ['gt', [100, 5], 6, true],
    ['gt', -2, '-1.5e0', true],
    ['fieldref', 'other', 'Same', true],
    ['fieldref', 'requestParameters.list', 'B', true],
    ['fieldref', 'missing', 'Same', false],
    ['fieldref|cased', 'other', 'Same', false],
    ['fieldref|contains', 'other', 'not the same', true],
    ['fieldref|contains|cased', 'other', 'not the SAME', false],
    ['fieldref|startswith', 'other', 'same again', true],
    ['fieldref|endswith', 'other', 'same again', false],
    ['fieldref|contains', 'empty', 'anything', false],
    ['fieldref|all', ['other', 'missing'], 'same', false],
    ['base64', 'Invoke', Buffer.from('Invoke').toString('base64'), true],
    ['base64', 'Invoke', 'Invoke', false],
    ['base64|contains', 'Invoke', `x ${Buffer.from('Invoke').toString('base64')}`, true],
    ['base64|startswith|cased', 'foo', 'Zm9vbar', true],
    ['base64offset|contains', 'Invoke', Buffer.from('Invoke-Thing').toString('base64'), true],
    ['base64offset|contains', 'Invoke', Buffer.from('x Invoke-Thing').toString('base64'), true],
    ['base64offset|contains', 'Invoke', Buffer.from('xx Invoke').toString('base64'), true],
    ['base64offset|contains', 'Invoke', Buffer.from('xxx Revoke-Thing').toString('base64'), false],
    ['base64offset|contains', 'a\\*b', Buffer.from('.. a*b ..').toString('base64'), true],
    ['wide|base64offset|contains', 'Invoke', POWERSHELL, true],
    ['utf16le|base64offset|contains|all', ['Invoke', 'Thing'], POWERSHELL, true],
    ['utf16be|base64offset|contains', 'Invoke', Buffer.from('Invoke', 'utf16le').toString('base64'), false],
    ['utf16be|base64', 'a', 'AGE=', true],
    ['utf16|base64', 'a', '//5hAA==', true],
    ['windash', 'cmd -c', 'cmd /c', true],
    ['windash|contains', ' -enc ', 'powershell \u2013enc x', true],
    ['contains|windash', ' -enc ', 'powershell \u2015ENC x', true],
    ['windash|contains', ' -enc ', 'powershell enc x', false],
    ['windash|contains', 'a-b', 'a/b', false],
    ['windash|contains|all', [' -a', ' /b'], 'x /a -b', true],
    ['windash|base64', '-c', Buffer.from('/c').toString('base64'), true],
  ])('|%s: %j and %j', (modifiers, value, seen, expected) => {
    const record = { requestParameters: { seen, list: ['a', 'b'] }, other: 'sAme', empty: '' };
    const plain = JSON.parse(JSON.stringify(record)) as Json;
    expect(fires(selectionText({ [`requestParameters.seen|${modifiers}`]: value }), plain)).toBe(expected);
  });
});

describe('what is no selection, or no sense, is refused with a sentence', () => {
  test.each<[name: string, selection: unknown, reason: string]>([
    ['an empty list', [], 'The selection "selection" is an empty list and selects nothing; fill it or take it out.'],
    ['an empty map', {}, 'The selection "selection" is empty and would select every record; fill it or take it out.'],
    ['null', null, 'The selection "selection" is empty and selects nothing; fill it or take it out.'],
    ['a list in a list', [['a']], 'The selection "selection" holds a list in a list; a list takes mappings and keywords.'],
    ['an empty list of values', { a: [] }, 'The field "a" has an empty list and selects nothing; fill it or take it out.'],
    ['a mapping as a value', { a: { b: 1 } }, 'The field "a" holds a mapping; name what lies inside by a dotted path, as "a.b".'],
    ['a list as one of the values', { a: [['b']] }, 'The list of "a" holds a list; it takes text, numbers, booleans and null.'],
    ['a path with an empty part', { 'a..b': 1 }, 'The field "a..b" has an empty part in its path; write the path with single dots.'],
    ['null under contains', { 'a|contains': null }, 'The field "a" with contains takes text; here stands null.'],
    ['null as a keyword', [null], 'A keyword with contains takes text; here stands null.'],
    ['a word under exists', { 'a|exists': 'yes' }, 'The field "a" with exists takes true or false; here stands "yes".'],
    ['a list under exists', { 'a|exists': [true, false] }, 'The field "a" has exists with a list; it takes true or false.'],
    ['a word under gt', { 'a|gt': 'ten' }, 'The field "a" with gt takes a number; here stands "ten".'],
    [
      'a word under cidr',
      { 'a|cidr': 'ten' },
      'The field "a" with cidr takes a CIDR range such as 192.0.2.0/24 or 2001:db8::/32; here stands "ten".',
    ],
    [
      'half an address under cidr',
      { 'a|cidr': '10/8' },
      'The field "a" with cidr takes a CIDR range such as 192.0.2.0/24 or 2001:db8::/32; here stands "10/8".',
    ],
    [
      'too long a prefix',
      { 'a|cidr': '10.0.0.0/33' },
      'The field "a" with cidr takes a CIDR range such as 192.0.2.0/24 or 2001:db8::/32; here stands "10.0.0.0/33".',
    ],
    ['a number under fieldref', { 'a|fieldref': 5 }, 'The field "a" with fieldref takes the dotted path of another field; here stands 5.'],
    [
      'a wildcard under base64',
      { 'a|base64': 'x*' },
      'The field "a" takes text without wildcards under base64; escape a plain * or ? with a backslash; here stands "x*".',
    ],
    ['nothing under base64', { 'a|base64': '' }, 'The field "a" takes text that is not empty under base64; here stands "".'],
    [
      'a single character under base64offset',
      { 'a|base64offset|contains': 'x' },
      'The field "a" with contains takes two characters or more under base64offset; here stands "x".',
    ],
    [
      'too many options under windash',
      { 'a|windash': '-a -b -c -d -e' },
      'The field "a" takes at most 4 options under windash; here stands "-a -b -c -d -e".',
    ],
    [
      'look-ahead',
      { 'a|re': 'a(?=b)' },
      'The regular expression "a(?=b)" holds look-around, which needs backtracking; patterns run in RE2, whose time is linear in the text. Say it with several tests, or with not.',
    ],
    [
      'look-behind',
      { 'a|re': '(?<!a)b' },
      'The regular expression "(?<!a)b" holds look-around, which needs backtracking; patterns run in RE2, whose time is linear in the text. Say it with several tests, or with not.',
    ],
    [
      'a back-reference',
      { 'a|re': '(a)\\1' },
      'The regular expression "(a)\\\\1" holds a back-reference, which needs backtracking; patterns run in RE2, whose time is linear in the text. Say it with several tests, or with not.',
    ],
    [
      'a broken expression',
      { 'a|re': 'a(' },
      'The regular expression "a(" holds what RE2 does not read (missing closing ): `a(`); patterns run in RE2, whose time is linear in the text. Say it with several tests, or with not.',
    ],
    [
      're and contains',
      { 'a|re|contains': 'x' },
      'The field "a|re|contains" compares in two ways, re and contains; keep one and put the other into a selection of its own.',
    ],
    [
      'contains and startswith',
      { 'a|contains|startswith': 'x' },
      'The field "a|contains|startswith" compares in two ways, contains and startswith; keep one and put the other into a selection of its own.',
    ],
    ['a modifier twice', { 'a|all|all': ['x', 'y'] }, 'The field "a|all|all" has the modifier all twice; once is enough.'],
    ['i without re', { 'a|i': 'x' }, 'The field "a|i" has i without re before it; i, m and s are flags of a regular expression.'],
    [
      'cased with re',
      { 'a|re|cased': 'x' },
      'The field "a|re|cased" has cased with re, which minds the case unless i stands after it; leave it out.',
    ],
    [
      'cased with cidr',
      { 'a|cidr|cased': '192.0.2.0/24' },
      'The field "a|cidr|cased" has cased with cidr, where it means nothing; leave it out.',
    ],
    ['all with exists', { 'a|exists|all': true }, 'The field "a|exists|all" has all with exists, which takes one value; leave it out.'],
    ['base64 with re', { 'a|base64|re': 'x' }, 'The field "a|base64|re" changes a text for re, which takes none; leave one of them out.'],
    [
      'base64 after contains',
      { 'a|contains|base64': 'x' },
      'The field "a|contains|base64" has base64 after contains; modifiers work in the order they stand, so the text is encoded first.',
    ],
    [
      'wide after base64',
      { 'a|base64|wide': 'x' },
      'The field "a|base64|wide" has wide after base64; modifiers work in the order they stand, so it must come before.',
    ],
    ['wide and utf16be', { 'a|wide|utf16be|base64': 'x' }, 'The field "a|wide|utf16be|base64" has two UTF-16 encodings; keep one.'],
    [
      'wide alone',
      { 'a|wide': 'x' },
      'The field "a|wide" makes UTF-16, which a log holds in base64 only; put base64 or base64offset after it.',
    ],
    [
      'base64offset alone',
      { 'a|base64offset': 'xyz' },
      'The field "a|base64offset" has base64offset, which makes a part of a longer text; put contains after it.',
    ],
    ['exists without a field', { '|exists': true }, 'The field "|exists" has exists without a field; name one.'],
  ])('%s', (_, selection, reason) => {
    expect(refusal(selectionText(selection))).toBe(reason);
  });

  test.each(['contain', 'expand', 'hour', 'neq', 'constructor', ''])(
    'the modifier "%s" is unknown, and the supported ones are listed',
    (name) => {
      expect(refusal(selectionText({ [`a|${name}`]: 'x' }))).toMatch(
        new RegExp(
          `^The field "a\\|${name}" has the modifier "${name}", which is not supported; the nearest is \\w+\\. Supported are contains, startswith, endswith, re, cidr, lt, lte, gt, gte, exists, fieldref, all, cased, windash, base64, base64offset, wide, utf16le, utf16be, utf16, and after re also i, m and s\\.$`,
        ),
      );
    },
  );

  test('a selection that no condition names is read all the same', () => {
    expect(refusal(ruleText({ selection: { a: 1 }, unused: { 'a|foo': 1 }, condition: 'selection' }))).toContain('modifier "foo"');
  });
});
