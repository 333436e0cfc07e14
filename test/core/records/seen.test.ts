import { SeenIds } from '../../../core/records/seen.ts';

type Words = readonly [number, number, number, number];

/** A stream of 32-bit numbers that is the same for the same seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}

const next = numbers(7);
const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));

const STREAMS: [string, Words[]][] = [
  ['100,000 random ids', times(100_000, () => [next(), next(), next(), next()])],
  ['random ids of which half return', times(60_000, () => [next() % 200, 1, 2, next() % 150])],
  ...[0, 1, 2, 3].map((word): [string, Words[]] => [
    `30,000 ids that differ in word ${word} alone`,
    times(30_000, (i) => [0, 1, 2, 3].map((w) => (w === word ? i : 0xabcdef01)) as unknown as Words),
  ]),
  ...[0, 1, 2, 3].map((word): [string, Words[]] => [
    `30,000 ids of zeros but for the high bits of word ${word}`,
    times(30_000, (i) => [0, 1, 2, 3].map((w) => (w === word ? (i << 16) >>> 0 : 0)) as unknown as Words),
  ]),
  ['zeros among others', times(1000, (i) => [0, 0, 0, i % 3])],
  ['ids with the top bit, given as signed words', times(2000, (i) => [-1 - (i % 500), i % 2 === 0 ? -5 : 0xfffffffb, 1, 2])],
];

test.each(STREAMS)('%s: as a Set would', (_name, stream) => {
  const ids = new SeenIds();
  const set = new Set<string>();
  const key = (words: Words) => words.map((word) => word >>> 0).join(' ');
  for (const words of stream) {
    const known = set.has(key(words));
    // The id stands anywhere in a longer array.
    const [hadBefore, wasThere] = [ids.has([9, 9, ...words], 2), ids.add([9, 9, 9, ...words], 3)];
    if (hadBefore !== known || wasThere !== known) throw new Error(`${key(words)}: has ${hadBefore}, add ${wasThere}, expected ${known}`);
    set.add(key(words));
  }
  expect(ids.size).toBe(set.size);
  expect(stream.every((words) => ids.has(words))).toBe(true);
  expect(ids.has([123, 456, 789, 1])).toBe(false);
});

test('asking does not remember', () => {
  const ids = new SeenIds();
  for (const words of [
    [1, 2, 3, 4],
    [0, 0, 0, 0],
  ]) {
    expect([ids.has(words), ids.has(words), ids.add(words), ids.has(words)]).toEqual([false, false, false, true]);
  }
  expect(ids.size).toBe(2);
});
