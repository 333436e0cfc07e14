import type { AnnouncedObject } from '../records/notification.ts';
import type { Bytes } from '../records/text.ts';
import { PARALLEL } from './limits.ts';
import type { ObjectOpener, OpenObject } from './ports.ts';
import type { Wanted } from './wanted.ts';

/** What came of asking for an object: its bytes, or why there are none in hand. */
export type Fetched =
  | { readonly kind: 'held'; readonly object: OpenObject; readonly bytes: Bytes }
  | { readonly kind: 'too-large-to-hold' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly reason: string };

/** Fetches objects ahead of their turn, {@link PARALLEL} at once and none of more than `most` bytes, and yields them in order. */
export async function* fetchAhead(
  wanted: readonly Wanted[],
  objects: ObjectOpener,
  most: number,
): AsyncGenerator<{ readonly one: Wanted; readonly fetched: Fetched }> {
  const ahead: Promise<Fetched>[] = [];
  let next = 0;
  for (const one of wanted) {
    for (; next < wanted.length && ahead.length < PARALLEL; next += 1) ahead.push(fetchOne((wanted[next] as Wanted).object, objects, most));
    yield { one, fetched: await (ahead.shift() as Promise<Fetched>) };
  }
}

/** Never rejects: an object that waits for its turn has nobody to tell. */
async function fetchOne(announced: AnnouncedObject, objects: ObjectOpener, most: number): Promise<Fetched> {
  let object: OpenObject | null = null;
  try {
    object = await objects.open(announced);
    if (object === null) return { kind: 'gone' };
    if (object.size > most && object.size !== Number.POSITIVE_INFINITY) return { kind: 'too-large-to-hold' };
    const pieces: Bytes[] = [];
    let size = 0;
    for await (const piece of object.body) {
      size += piece.length;
      if (size > most) return { kind: 'too-large-to-hold' };
      pieces.push(piece);
    }
    return { kind: 'held', object, bytes: Buffer.concat(pieces, size) };
  } catch (error) {
    return { kind: 'failed', reason: (error as Error).message };
  } finally {
    object?.close();
  }
}

/** The body of an object turned out to be larger than it may be. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

/** The same pieces, up to `most` bytes; whatever size was stated. */
export async function* capped(body: AsyncIterable<Bytes>, most: number): AsyncGenerator<Bytes> {
  let size = 0;
  for await (const piece of body) {
    size += piece.length;
    if (size > most) throw new TooLarge(`at least ${size} bytes, at most ${most} are read`);
    yield piece;
  }
}
