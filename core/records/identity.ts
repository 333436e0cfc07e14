import { WINDOW } from './native.ts';
import { type Principal, principalOf } from './principal.ts';
import type { Bytes } from './text.ts';

/** What is known of a record's `userIdentity` from an earlier one that differs in nothing but its session's key and start. */
export interface Identity {
  readonly principal: Principal;
  /** The value, in which the key and the date are read from the text last asked for. */
  readonly value: unknown;
}

/** The content of a string literal within the identity's text: [from, to). Sessions of one principal differ there. */
interface Gap {
  readonly from: number;
  readonly to: number;
  readonly key: 'accessKeyId' | 'creationDate';
}

const MOST = 20_000;

/** By the numbers that the window gives them. */
const identities: Identity[] = [];
const principals = new Map<string, Principal>();
/** The text last asked for. */
const text: { bytes: Bytes; from: number } = { bytes: Buffer.alloc(0), from: 0 };

/**
 * The identity whose JSON text is bytes[from, to), in a record for the account `recipient`, whose own text has the number
 * `recipientNumber` in the window (-1: none, and nothing is remembered). A principal repeats the same userIdentity but for the session's
 * access key and creation date, so identities are known by their bytes but for these.
 */
export function identityOf(bytes: Bytes, from: number, to: number, recipient: string, recipientNumber: number): Identity {
  if (from < 0) return { principal: known(principalOf(undefined, recipient)), value: undefined };
  const isNumbered = recipientNumber >= 0 || recipient === '';
  const number = isNumbered ? WINDOW.findIdentity(bytes, from, to, recipientNumber) : -1;
  if (number >= 0) return identities[number] as Identity;
  const value = JSON.parse(bytes.toString('utf8', from, to)) as unknown;
  const identity = { principal: known(principalOf(value, recipient)), value };
  if (!isNumbered) return identity;
  const gaps = gapsOf(value, bytes.subarray(from, to));
  const added = WINDOW.addIdentity(bytes, from, to, recipientNumber, gaps);
  if (added < 0) return identity;
  identities[added] = identity;
  for (const gap of gaps) readInPlace(value, gap);
  return identity;
}

/** The identity's value for the text that begins at bytes[from]; it holds until another text's is asked for. */
export function valueFor(identity: Identity, bytes: Bytes, from: number): unknown {
  text.bytes = bytes;
  text.from = from;
  return identity.value;
}

/** The same object for the same principal. */
function known(principal: Principal): Principal {
  const key = JSON.stringify(principal);
  const same = principals.get(key);
  if (same !== undefined) return same;
  if (principals.size >= MOST) principals.clear();
  principals.set(key, principal);
  return principal;
}

function readInPlace(value: unknown, { key, from, to }: Gap): void {
  const session = value as { sessionContext: { attributes: object } };
  Object.defineProperty(key === 'accessKeyId' ? session : session.sessionContext.attributes, key, {
    enumerable: true,
    get: () => text.bytes.toString('latin1', text.from + from, text.from + to),
  });
}

/** Characters of access keys and of times: none of them ends or escapes a string. */
const PLAIN = /^[0-9:A-Z-]+$/;

/** Where the text holds the session's key and start, as far as each stands there once, under its own path, in plain characters. */
function gapsOf(value: unknown, bytes: Bytes): Gap[] {
  const identity = value as
    | { accessKeyId?: unknown; sessionContext?: { attributes?: { creationDate?: unknown } | null } | null }
    | null
    | undefined;
  const gaps: Gap[] = [];
  const add = (key: Gap['key'], content: unknown) => {
    if (typeof content !== 'string' || !PLAIN.test(content)) return;
    const needle = `"${key}":"${content}"`;
    const at = bytes.indexOf(needle);
    const word = Buffer.from(`"${key}"`);
    if (at < 0 || bytes.indexOf(word) !== at || bytes.lastIndexOf(word) !== at) return;
    const from = at + key.length + 4;
    gaps.push({ key, from, to: from + content.length });
  };
  if (bytes.includes(0x5c)) return gaps;
  add('accessKeyId', identity?.accessKeyId);
  add('creationDate', identity?.sessionContext?.attributes?.creationDate);
  return gaps.sort((a, b) => a.from - b.from);
}
