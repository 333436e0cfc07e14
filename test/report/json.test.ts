import fc from 'fast-check';
import { layOutJson } from '../../report/events/json.ts';

const textOf = (json: string): string =>
  layOutJson(json)
    .map((token) => token.text)
    .join('');

test.each([
  ['an object', '{"a":1,"b":[true,null]}', '{\n  "a": 1,\n  "b": [\n    true,\n    null\n  ]\n}'],
  ['empty containers', '{"a":{},"b":[]}', '{\n  "a": {},\n  "b": []\n}'],
  ['braces inside a string', '{"a":"{,:}"}', '{\n  "a": "{,:}"\n}'],
  ['an escaped quote', '{"a":"say \\"hi\\""}', '{\n  "a": "say \\"hi\\""\n}'],
  ['a repeated key stays', '{"a":1,"a":2}', '{\n  "a": 1,\n  "a": 2\n}'],
  ['a long number stays', '{"n":12345678901234567890}', '{\n  "n": 12345678901234567890\n}'],
  ['a record cut in a string', '{"a":"cut he', '{\n  "a": "cut he'],
  ['a record cut after an escape', '{"a":"cut\\', '{\n  "a": "cut\\'],
  ['a record cut after a brace', '{"a":{', '{\n  "a": {'],
  ['too many closings', ']]}', '\n]\n]\n}'],
  ['no JSON at all', 'plain words', 'plainwords'],
  ['nothing', '', ''],
])('%s', (_name, json, text) => expect(textOf(json)).toBe(text));

test('names what each token is', () => {
  const kinds = layOutJson('{"key":["text",-1.5e3,false]}').filter((token) => token.kind !== 'space');
  expect(kinds.map(({ kind }) => kind)).toEqual([
    'punctuation',
    'key',
    'punctuation',
    'punctuation',
    'string',
    'punctuation',
    'number',
    'punctuation',
    'word',
    'punctuation',
    'punctuation',
  ]);
});

test('lays out every JSON value as JSON.stringify would', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), (json) => {
      expect(textOf(json)).toBe(JSON.stringify(JSON.parse(json), null, 2));
    }),
  );
});

test('loses and adds nothing but white space, whatever the text and wherever it was cut', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.json(), fc.nat(), (noise, json, cut) => {
      const text = noise + json.slice(0, cut % (json.length + 1));
      expect(textOf(text).replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
    }),
  );
});

test('deep nesting costs no deep indent', () => {
  const depth = 5_000;
  const laidOut = textOf('['.repeat(depth) + ']'.repeat(depth));
  expect(laidOut.length).toBeLessThan(depth * 2 * 60);
});
