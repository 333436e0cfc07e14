import { SeenIds } from '../records/seen.ts';
import type { Identities } from '../scoring/duplicates.ts';
import { SnapshotError } from './snapshot.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
const MAGIC = 0x31495754;
const HEAD = 12;

/** The identities of one span of time. */
class Segment {
  readonly seen: SeenIds = new SeenIds();
  readonly shared: SeenIds = new SeenIds();
  changed = false;
}

/**
 * Identities seen before, in one segment for each span of time (an hour, a day), so that a run loads only those it touches. A segment as bytes: a magic
 * number, how many identities of either kind, then four words each, all little-endian.
 */
export class IdSegments {
  readonly #segments = new Map<number, Segment>();
  readonly #span: number;
  readonly #check: (segment: number) => void;

  /** `span` in milliseconds; `check` is told each segment that is asked for the first time, and throws when it should have been loaded. */
  constructor(span: number, check: (segment: number) => void = () => {}) {
    this.#span = span;
    this.#check = check;
  }

  /** By eventID (or content). */
  readonly seen: Identities = {
    add: (words, at, time) => this.#add('seen', words, at, time),
    has: (words, at, time) => this.#of(Math.floor(time / this.#span)).seen.has(words, at),
  };

  /** By sharedEventID. */
  readonly shared: Identities = {
    add: (words, at, time) => this.#add('shared', words, at, time),
    has: (words, at, time) => this.#of(Math.floor(time / this.#span)).shared.has(words, at),
  };

  /** @throws {SnapshotError} when the bytes are no segment. */
  load(segmentNumber: number, bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const sound = bytes.length >= HEAD && view.getUint32(0, true) === MAGIC;
    const counts = sound ? [view.getUint32(4, true), view.getUint32(8, true)] : [];
    if (!sound || bytes.length !== HEAD + counts.reduce((sum, n) => sum + n * 16, 0)) {
      throw new SnapshotError(
        `The identities of segment ${segmentNumber} should be a segment, but are ${bytes.length} bytes of something else.`,
      );
    }
    const segment = new Segment();
    this.#segments.set(segmentNumber, segment);
    const words = new Uint32Array(4);
    let at = HEAD;
    for (const [kind, count] of counts.entries()) {
      const ids = kind === 0 ? segment.seen : segment.shared;
      for (let i = 0; i < count; i += 1, at += 16) {
        for (let word = 0; word < 4; word += 1) words[word] = view.getUint32(at + word * 4, true);
        ids.add(words);
      }
    }
  }

  /** The segments that changed, as bytes, by their numbers. */
  changes(): [number, Buffer][] {
    return [...this.#segments].filter(([, { changed }]) => changed).map(([number, segment]) => [number, encode(segment)]);
  }

  #add(kind: 'seen' | 'shared', words: ArrayLike<number>, at: number, time: number): boolean {
    const segment = this.#of(Math.floor(time / this.#span));
    const known = segment[kind].add(words, at);
    if (!known) segment.changed = true;
    return known;
  }

  #of(number: number): Segment {
    let segment = this.#segments.get(number);
    if (segment === undefined) {
      this.#check(number);
      segment = new Segment();
      this.#segments.set(number, segment);
    }
    return segment;
  }
}

function encode({ seen, shared }: Segment): Buffer {
  const bytes = Buffer.alloc(HEAD + (seen.size + shared.size) * 16);
  bytes.writeUInt32LE(MAGIC, 0);
  bytes.writeUInt32LE(seen.size, 4);
  bytes.writeUInt32LE(shared.size, 8);
  let at = HEAD;
  for (const ids of [seen, shared]) for (const word of ids.words()) at = bytes.writeUInt32LE(word, at);
  return bytes;
}
