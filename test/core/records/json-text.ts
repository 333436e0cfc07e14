import fc from 'fast-check';

/** White space as JSON allows it. */
const space = fc.constantFrom('', '', '', ' ', '\n', '\t ', '\r\n');

const ESCAPED: readonly string[] = [
  '\\"',
  '\\\\',
  '\\/',
  '\\n',
  '\\u0000',
  '\\u00e9',
  '\\ud83d\\ude00',
  '\\ud800',
  '\\udc00\\ud800',
  '\\u2028',
];
const RAW: readonly string[] = [
  'a',
  'Z',
  '0',
  ' ',
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  'é',
  '日',
  '😀',
  '\u007f',
  '\u2028',
  'eventName',
  '__proto__',
];

/** A string literal with every kind of escape. */
export const stringText: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...ESCAPED, ...RAW, ...RAW, ...RAW), { maxLength: 12 })
  .map((parts) => `"${parts.join('')}"`);

const scalarText = fc.oneof(
  stringText,
  fc.constantFrom('true', 'false', 'null', '0', '-0', '-1.5', '1e5', '2E-3', '0.1e+2', '123456789012345678901234567890'),
);

/** A key's literal, some of its characters written as escapes. */
export function keyText(key: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const literal = fc.tuple(key, fc.nat(99), fc.boolean()).map(([text, at, escaped]) => {
    const i = at % text.length;
    const code = text.charCodeAt(i).toString(16).padStart(4, '0');
    return `"${escaped && at < 20 ? `${text.slice(0, i)}\\u${code}${text.slice(i + 1)}` : text}"`;
  });
  return literal;
}

const anyKey = keyText(fc.constantFrom('a', 'b', 'type', 'arn', 'eventName', '__proto__', 'constructor', 'Records', 'detail', 'é'));

const { value } = fc.letrec<{ value: string; list: string; object: string }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, scalarText, tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 4 }).chain((items) => joined('[', items, ']')),
  object: fc.array(fc.tuple(anyKey, tie('value')), { maxLength: 4 }).chain((members) => membersText(members)),
}));

/** A JSON value of any kind, duplicate keys and odd white space among it. */
export const valueText: fc.Arbitrary<string> = value;

/** An object of these members, in their order, duplicates kept. */
export function membersText(members: readonly (readonly [string, string])[]): fc.Arbitrary<string> {
  return fc.array(space, { minLength: members.length * 2, maxLength: members.length * 2 }).chain((spaces) =>
    joined(
      '{',
      members.map(([key, text], i) => `${key}${spaces[i * 2]}:${spaces[i * 2 + 1]}${text}`),
      '}',
    ),
  );
}

function joined(open: string, items: readonly string[], close: string): fc.Arbitrary<string> {
  const gaps = Math.max(1, items.length * 2);
  return fc.array(space, { minLength: gaps, maxLength: gaps }).map((spaces) => {
    const spaced = items.map((item, i) => `${spaces[i * 2]}${item}${spaces[i * 2 + 1]}`);
    return `${open}${items.length === 0 ? spaces[0] : spaced.join(',')}${close}`;
  });
}
