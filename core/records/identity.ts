import { type Principal, principalOf } from './principal.ts';
import type { Bytes } from './text.ts';

/** What is known of a record's `userIdentity` from an earlier one that differs in nothing but its session's key and start. */
export interface Identity {
  readonly principal: Principal;
  /** The value, in which the key and the date are read from the text last asked for. */
  readonly value: unknown;
  /** Its text. */
  readonly bytes: Bytes;
  readonly recipient: string;
  /** Ranges of the text in which sessions of one principal differ, ascending. */
  readonly gaps: readonly Gap[];
}

/** The content of a string literal: text[from, to). */
interface Gap {
  readonly from: number;
  readonly to: number;
  readonly key: 'accessKeyId' | 'creationDate';
}

const MOST = 20_000;
/** Bytes of a fingerprint, taken from the beginning, where type, principalId and ARN stand. */
const SAMPLES = 40;
const STEP = 3;
/** Identities of one fingerprint that are compared: hostile likeness costs a parse, not a search. */
const MOST_ALIKE = 16;

/**
 * Remembers identities by their bytes, as a principal repeats the same userIdentity but for the session's access key and creation date.
 * Found by a fingerprint of a few bytes, then compared whole. Bounded: when full it is emptied.
 */
export class IdentityCache {
  readonly #known = new Map<number, Identity[]>();
  readonly #principals = new Map<string, Principal>();
  #count = 0;
  #bytes: Bytes = Buffer.alloc(0);
  #from = 0;

  /** The identity whose JSON text is bytes[from, to), in a record for that account; a negative `from` means there is none. */
  get(bytes: Bytes, from: number, to: number, recipient: string): Identity {
    if (from < 0) return this.#learn(undefined, Buffer.alloc(0), recipient);
    const fingerprint = fingerprintOf(bytes, from, to);
    let alike = this.#known.get(fingerprint);
    if (alike !== undefined) {
      for (let i = 0; i < alike.length; i += 1) {
        const known = alike[i] as Identity;
        if (known.recipient === recipient && isAlike(known, bytes, from, to)) return known;
      }
    }
    const known = this.#learn(JSON.parse(bytes.toString('utf8', from, to)), Buffer.from(bytes.subarray(from, to)), recipient);
    if (this.#count >= MOST) {
      this.#known.clear();
      this.#principals.clear();
      this.#count = 0;
      alike = undefined;
    }
    if (alike === undefined) {
      alike = [];
      this.#known.set(fingerprint, alike);
    }
    if (alike.length < MOST_ALIKE) {
      alike.push(known);
      this.#count += 1;
    }
    return known;
  }

  /** The value of the text that begins at bytes[from], of which `identity` is known; it holds until the next is asked for. */
  value(bytes: Bytes, from: number, identity: Identity): unknown {
    this.#bytes = bytes;
    this.#from = from;
    return identity.value;
  }

  #learn(value: unknown, bytes: Bytes, recipient: string): Identity {
    const principal = principalOf(value, recipient);
    const key = `${principal.kind}\n${principal.id}\n${principal.account}\n${principal.session}`;
    const same = this.#principals.get(key);
    if (same === undefined) this.#principals.set(key, principal);
    const gaps = gapsOf(value, bytes);
    for (const gap of gaps) {
      const session = value as { sessionContext: { attributes: object } };
      Object.defineProperty(gap.key === 'accessKeyId' ? session : session.sessionContext.attributes, gap.key, {
        enumerable: true,
        get: () => this.#bytes.toString('latin1', this.#from + gap.from, this.#from + gap.to),
      });
    }
    return { principal: same ?? principal, value, bytes, recipient, gaps };
  }
}

/** Whether the text bytes[from, to) differs from a known one only inside the gaps, and holds plain text there. */
function isAlike({ bytes: known, gaps }: Identity, bytes: Bytes, from: number, to: number): boolean {
  if (known.length !== to - from) return false;
  let at = 0;
  for (let g = 0; g < gaps.length; g += 1) {
    const gap = gaps[g] as Gap;
    if (known.compare(bytes, from + at, from + gap.from, at, gap.from) !== 0) return false;
    for (let i = from + gap.from; i < from + gap.to; i += 1) if (!isPlain(bytes[i] as number)) return false;
    at = gap.to;
  }
  return known.compare(bytes, from + at, to, at) === 0;
}

/** Characters of access keys and of times: none of them ends or escapes a string. */
function isPlain(c: number): boolean {
  return (c >= 0x30 && c <= 0x3a) || (c >= 0x41 && c <= 0x5a) || c === 0x2d;
}

/** Where the text holds the session's key and start, as far as each stands there once, under its own path, in plain characters. */
function gapsOf(value: unknown, bytes: Bytes): Gap[] {
  const identity = value as
    | { accessKeyId?: unknown; sessionContext?: { attributes?: { creationDate?: unknown } | null } | null }
    | null
    | undefined;
  const gaps: Gap[] = [];
  const add = (key: Gap['key'], content: unknown) => {
    if (typeof content !== 'string' || content === '') return;
    const needle = `"${key}":"${content}"`;
    const at = bytes.indexOf(needle);
    const word = Buffer.from(`"${key}"`);
    if (at < 0 || bytes.indexOf(word) !== at || bytes.lastIndexOf(word) !== at) return;
    const from = at + key.length + 4;
    const to = from + content.length;
    for (let i = from; i < to; i += 1) if (!isPlain(bytes[i] as number)) return;
    gaps.push({ key, from, to });
  };
  if (bytes.length === 0 || bytes.includes(0x5c)) return gaps;
  add('accessKeyId', identity?.accessKeyId);
  add('creationDate', identity?.sessionContext?.attributes?.creationDate);
  return gaps.sort((a, b) => a.from - b.from);
}

function fingerprintOf(bytes: Bytes, from: number, to: number): number {
  let hash = to - from;
  const end = Math.min(to, from + SAMPLES * STEP);
  for (let i = from; i < end; i += STEP) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0;
  return hash;
}
