/** Gives the next number of a sequence, a whole number from 0 to 2³² − 1. */
export type Sequence = () => number;

/**
 * A sequence of pseudorandom numbers that the seed and the stream's number determine: Chris Doty-Humphrey's sfc32 (PractRand), its
 * state filled by splitmix32. Streams of one seed do not overlap in practice. For sampling, never for secrets.
 */
export function randomSequence(seed: number, stream = 0): Sequence {
  let mixed = (seed | 0) ^ Math.imul(Math.floor(seed / 0x1_0000_0000) | 0, 0x85ebca6b) ^ Math.imul(stream + 1, 0xc2b2ae35);
  const next = (): number => {
    mixed = (mixed + 0x9e3779b9) | 0;
    let word = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return word ^ (word >>> 15);
  };
  let a = next();
  let b = next();
  let c = next();
  let counter = 1;
  const step = (): number => {
    const out = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + out) | 0;
    return out >>> 0;
  };
  for (let i = 0; i < 12; i += 1) step();
  return step;
}

/** A whole number below `bound` (at most 2³²), each as likely as the others to within `bound` / 2³². */
export function below(next: Sequence, bound: number): number {
  return Math.floor((next() / 0x1_0000_0000) * bound);
}
