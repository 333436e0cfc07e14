import { isUtf8 } from 'node:buffer';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { uuidWords } from '../../../core/records/identifier.ts';
import { MAX_DEPTH, TOO_DEEP } from '../../../core/records/json-scan.ts';
import { UNDECIDED, WINDOW, Window } from '../../../core/records/native.ts';
import { KEYS, noPlaces, scanObject } from '../../../core/records/slots.ts';
import { IDENTITIES, record } from '../../factories/record.ts';
import { keyText, membersText, valueText } from './json-text.ts';

const RUNS = process.env.CI === 'true' ? 5000 : 500;

const fast = noPlaces();
const slow = noPlaces();

/** The object at `from` of the bytes by the module and by its reference, which must agree. Gives what they say, UNDECIDED included. */
function scan(bytes: Buffer, from = 0, end = bytes.length): number {
  const after = WINDOW.scanObject(bytes, from, end, fast);
  const expected = scanObject(bytes, from, end, slow);
  if (after === UNDECIDED) return after;
  expect(after).toBe(expected);
  // The ends of absent keys say nothing, nor do the places of what is no object.
  const places = ({ starts, ends }: typeof fast) =>
    KEYS.map((key, slot) => `${key} ${starts[slot]} ${(starts[slot] as number) < 0 ? '' : ends[slot]}`);
  if (after > 0) expect(places(fast)).toEqual(places(slow));
  return after;
}

const key = keyText(fc.constantFrom(...KEYS, ...KEYS, 'eventNam', 'eventName ', 'x', '@', 'k'.repeat(31), 'k'.repeat(32), 'k'.repeat(70)));
const object = fc.array(fc.tuple(key, valueText), { maxLength: 8 }).chain(membersText);

test('any object: places as the reference notes them, and accepted as JSON.parse does', () => {
  fc.assert(
    fc.property(object, fc.nat(40), (text, before) => {
      const bytes = Buffer.from(`${' '.repeat(before)}${text}`);
      const after = scan(bytes, before);
      expect(after === UNDECIDED || after === bytes.length).toBe(true);
    }),
    { numRuns: RUNS },
  );
});

test('any bytes in the place of any others: agreed with the reference and with JSON.parse', () => {
  const change = fc.tuple(fc.nat(), fc.nat(3), fc.uint8Array({ maxLength: 4 }));
  const telling = fc.tuple(
    fc.nat(),
    fc.nat(2),
    fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', '0', '-', '.', 'e', 'u', '\n', '\0', ' ').map((c) => Buffer.from(c)),
  );
  fc.assert(
    fc.property(object, fc.array(fc.oneof(change, telling), { minLength: 1, maxLength: 3 }), (text, changes) => {
      let bytes = Buffer.from(text);
      for (const [at, dropped, put] of changes) {
        const from = 1 + (at % bytes.length);
        bytes = Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(from + dropped)]);
      }
      const after = scan(bytes);
      if (after === bytes.length) expect(isUtf8(bytes) ? typeof JSON.parse(bytes.toString()) : 'object').toBe('object');
      else if (after < 0 && after !== UNDECIDED && after !== TOO_DEEP) expect(() => JSON.parse(bytes.toString())).toThrow();
    }),
    { numRuns: RUNS },
  );
});

test.each([
  ['a record', JSON.stringify(record())],
  ['a record over many lines', JSON.stringify(record(), null, '\t')],
  ['every kind of value', '{"a":[true,false,null,-0.5e+3,0,12,"\\u00e9\\n","é"],"eventName":{},"b":[[],{"c":""}]}'],
])('%s, cut at every byte', (_name, text) => {
  const bytes = Buffer.from(text);
  for (let end = 1; end <= bytes.length; end += 1) {
    scan(bytes, 0, end);
    scan(Buffer.from(bytes.subarray(0, end)));
  }
});

test.each([
  ['the last of duplicate keys wins', '{"eventName":"a","eventName":{"b":1}}'],
  ['as deep as allowed', `{"a":${'['.repeat(MAX_DEPTH)}${']'.repeat(MAX_DEPTH)}}`],
  ['one level too deep', `{"a":${'['.repeat(MAX_DEPTH + 1)}${']'.repeat(MAX_DEPTH + 1)}}`],
  ['a bracket that closes another kind', '{"a":[1}}'],
  ['a number with a leading zero', '{"a":01}'],
  ['a number that ends in a point', '{"a":1.}'],
  ['a word cut short', '{"a":tru}'],
  ['a raw line break in a text', '{"a":"b\nc"}'],
  ['a raw NUL in a text', '{"a":"b\0c"}'],
  ['a key without quotes', '{a:1}'],
  ['a comma too many', '{"a":1,}'],
  ['no comma', '{"a":1 "b":2}'],
  ['an unknown escape', '{"a":"\\x41"}'],
  ['half an escape', '{"a":"\\u12g4"}'],
  ['white space wherever it may stand', ' {\t"a"\n:\r[ 1 , { } , [ ] ] , "eventName" : "b" } '],
])('%s', (_name, text) => {
  const bytes = Buffer.from(text);
  const from = text.indexOf('{');
  expect(scan(bytes, from)).not.toBe(UNDECIDED);
});

test('objects beyond the window, and keys with escapes, are left to the reference', () => {
  expect(scan(Buffer.from(`{"a":"${'x'.repeat(300_000)}"}`))).toBe(UNDECIDED);
  expect(scan(Buffer.from('{"event\\u004eame":1}'))).toBe(UNDECIDED);
});

test('objects one after the other through many windows', () => {
  const sizes = Array.from({ length: 400 }, (_, i) => (i * 977) % 9000);
  const texts = sizes.map((size, i) => JSON.stringify({ eventName: `n${i}`, requestParameters: 'y'.repeat(size), eventID: String(i) }));
  const bytes = Buffer.from(texts.join(','));
  let at = 0;
  for (const text of texts) {
    expect(scan(bytes, at)).toBe(at + text.length);
    at += text.length + 1;
  }
});

test('an engine without WebAssembly leaves everything to the reference', () => {
  const none = new Window(null);
  const bytes = Buffer.from('{"eventName":"a"}');
  expect(none.scanObject(bytes, 0, bytes.length, noPlaces())).toBe(UNDECIDED);
  expect(none.string(bytes, 14, 15)).toBe('a');
  expect(none.uuidWords(bytes, 0, 36, new Uint32Array(4))).toBeNull();
});

/** Shows the window the bytes as a text within an object: gives where the text begins. */
function shown(text: Buffer): [Buffer, number] {
  const bytes = Buffer.concat([Buffer.from('{"a":"'), text, Buffer.from('"}')]);
  WINDOW.scanObject(bytes, 0, bytes.length, fast);
  return [bytes, 6];
}

test('the words of a UUID are those of the reference, and so is what is none', () => {
  const digit = fc.constantFrom(...'0123456789abcdefABCDEF');
  const odd = fc.tuple(fc.nat(35), fc.constantFrom(...'-gG/:@`~ \u007f'));
  fc.assert(
    fc.property(fc.array(digit, { minLength: 32, maxLength: 32 }), fc.option(odd, { nil: undefined, freq: 2 }), (digits, change) => {
      const hex = digits.join('');
      const uuid = Buffer.from([hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-'));
      if (change !== undefined) uuid.write(change[1], change[0], 'latin1');
      const [bytes, from] = shown(uuid);
      const words = new Uint32Array(4);
      const expected = new Uint32Array(4);
      const isUuid = uuidWords(bytes, from, from + 36, expected);
      expect(WINDOW.uuidWords(bytes, from, from + 36, words)).toBe(isUuid);
      if (isUuid) expect(words).toEqual(expected);
    }),
    { numRuns: RUNS },
  );
});

test('texts keep their strings while tens of thousands come in turn', () => {
  for (let i = 0; i < 100_000; i += 1) {
    const text = `text ${(i * 31) % 70_001} ${'z'.repeat(i % 40)}`;
    const [bytes, from] = shown(Buffer.from(text));
    if (WINDOW.string(bytes, from, from + text.length) !== text) throw new Error(`the window reads ${text} as another text`);
  }
});

test('texts quoted as JSON.stringify quotes them, or left to it', () => {
  const character = fc.constantFrom(...'aZ9 "\\/{}~\u007f', 'b', 'c', 'd', 'é', '\n', '\0');
  fc.assert(
    fc.property(fc.array(character, { maxLength: 80 }), (characters) => {
      const text = characters.join('');
      const [bytes, from] = shown(Buffer.from(text));
      const isPlain = /^[ -\u007f]*$/.test(text);
      expect(WINDOW.quoted(bytes, from, bytes.length - 2)).toBe(isPlain ? JSON.stringify(text) : null);
    }),
    { numRuns: RUNS },
  );
  const [bytes, from] = shown(Buffer.from('"'.repeat(20_000)));
  expect(WINDOW.quoted(bytes, from, from + 16_384)).toBe(JSON.stringify('"'.repeat(16_384)));
  expect(WINDOW.quoted(bytes, from, from + 16_385)).toBeNull();
});

test('every byte in a gap of a known identity: the same identity for plain characters only', () => {
  const [plain, other]: number[][] = [[], []];
  const identity = JSON.stringify(IDENTITIES.user).replace(/"accessKeyId":"[^"]*"/, '"accessKeyId":"AKIAEXAMPLEEXAMPLE00"');
  const at = identity.indexOf('AKIAEXAMPLE') + 7;
  const find = (bytes: Buffer, from: number) => WINDOW.findIdentity(bytes, from, from + identity.length, -1);
  const [first, from] = shown(Buffer.from(identity.replaceAll('"', "'")));
  const gap = { from: at - 7, to: at + 13 };
  const number = WINDOW.addIdentity(first, from, from + identity.length, -1, [gap]);
  for (let byte = 0; byte < 256; byte += 1) {
    const changed = Buffer.from(first);
    changed[from + at] = byte;
    WINDOW.scanObject(changed, 0, changed.length, fast);
    (find(changed, from) === number ? plain : other)?.push(byte);
  }
  expect(Buffer.from(plain as number[]).toString('latin1')).toBe('+,-.0123456789:=@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz');
});

test('the module is what its source gives', () => {
  const root = join(__dirname, '../../..');
  execFileSync(process.execPath, [join(root, 'scripts/wasm.ts'), '--check'], { cwd: root });
});
