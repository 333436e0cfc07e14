import { WINDOW } from './native.ts';
import { type Principal, principalOf } from './principal.ts';
import type { Bytes } from './text.ts';

/** What is known of a record's `userIdentity` from an earlier one that differs in nothing but its session. */
export interface Identity {
  /** Without the session's name, and the same object for all sessions. */
  readonly principal: Principal;
  /** The value, in which what differs is read from the text last asked for. */
  readonly value: unknown;
  /** The session's name, or where it stands in the text when it may differ. */
  readonly session: string | Gap;
}

/** A range of an identity's text in which those of one principal's sessions differ, within the content of one string literal. */
interface Gap {
  readonly from: number;
  readonly to: number;
  /** Where the whole content begins, and where its value stands. */
  readonly contentFrom: number;
  readonly holder: object;
  readonly key: string;
}

const MOST_PRINCIPALS = 20_000;

/** By the numbers that the window gives them. */
const identities: Identity[] = [];
const principals = new Map<string, Principal>();
/** The text last asked for. */
const text: { bytes: Bytes; from: number } = { bytes: Buffer.alloc(0), from: 0 };

/**
 * The identity whose JSON text is bytes[from, to), in a record for the account `recipient`, whose own text has the number
 * `recipientNumber` in the window (-1: none, and nothing is remembered). A principal repeats the same userIdentity but for its session's
 * name, access key and creation date, so identities are known by their bytes but for these.
 */
export function identityOf(bytes: Bytes, from: number, to: number, recipient: string, recipientNumber: number): Identity {
  if (from < 0) return made(principalOf(undefined, recipient), undefined, []);
  const isNumbered = recipientNumber >= 0 || recipient === '';
  const number = isNumbered ? WINDOW.findIdentity(bytes, from, to, recipientNumber) : -1;
  if (number >= 0) return identities[number] as Identity;
  const json = bytes.toString('utf8', from, to);
  const value = JSON.parse(json) as unknown;
  const principal = principalOf(value, recipient);
  if (!isNumbered) return made(principal, value, []);
  const gaps = json.length === to - from ? gapsOf(value, json, principal) : [];
  const added = WINDOW.addIdentity(bytes, from, to, recipientNumber, gaps);
  if (added < 0) return made(principal, value, []);
  for (const gap of gaps) readInPlace(gap);
  const identity = made(principal, value, gaps);
  identities[added] = identity;
  return identity;
}

function made(principal: Principal, value: unknown, gaps: readonly Gap[]): Identity {
  return { principal: known({ ...principal, session: '' }), value, session: gaps.find(({ key }) => key === 'arn') ?? principal.session };
}

/** The session's name, in the text that begins at bytes[from]. */
export function sessionFor({ session }: Identity, bytes: Bytes, from: number): string {
  return typeof session === 'string' ? session : WINDOW.string(bytes, from + session.from, from + session.to);
}

/** The identity's value for the text that begins at bytes[from]; it holds until another text's is asked for. */
export function valueFor(identity: Identity, bytes: Bytes, from: number): unknown {
  text.bytes = bytes;
  text.from = from;
  return identity.value;
}

/** The same object for the same principal. */
function known(principal: Principal): Principal {
  // As JSON: two principals whose parts run together alike are still two.
  const key = JSON.stringify(principal);
  const same = principals.get(key);
  if (same !== undefined) return same;
  if (principals.size >= MOST_PRINCIPALS) principals.clear();
  principals.set(key, principal);
  return principal;
}

function readInPlace({ holder, key, contentFrom, to }: Gap): void {
  Object.defineProperty(holder, key, {
    enumerable: true,
    get: () => WINDOW.string(text.bytes, text.from + contentFrom, text.from + to),
  });
}

/** Characters of session names, access keys and times: none of them ends or escapes a string, or parts an ARN. As native.as.ts checks them. */
const PLAIN = /^[\w:+=,.@-]+$/;

/**
 * Where a text may differ while it stays the same identity: the access key or credential, the session's start, and the session's name where the
 * principal is the role whatever the session is called. Only in texts that are what JSON.stringify writes: there each value stands at one
 * place, which its path tells.
 */
function gapsOf(value: unknown, json: string, { kind, session }: Principal): Gap[] {
  if (!isObject(value) || JSON.stringify(value) !== json) return [];
  const gaps: Gap[] = [];
  const add = (path: readonly string[], fixed: (content: string) => number) => {
    const holder = path.slice(0, -1).reduce<unknown>((of, key) => (isObject(of) ? of[key] : undefined), value);
    const key = path.at(-1) as string;
    const content = isObject(holder) && Object.hasOwn(holder, key) ? holder[key] : undefined;
    if (typeof content !== 'string' || JSON.stringify(content).length !== content.length + 2) return;
    const from = fixed(content);
    if (!PLAIN.test(content.slice(from))) return;
    const contentFrom = placeOf(value, path) + 1;
    gaps.push({ from: contentFrom + from, to: contentFrom + content.length, contentFrom, holder: holder as object, key });
  };
  const whole = () => 0;
  add(['accessKeyId'], whole);
  add(['credentialId'], whole);
  add(['sessionContext', 'attributes', 'creationDate'], whole);
  // Among web identities the session's name may tell the person.
  const isNamed = (kind === 'role' || kind === 'service-linked-role') && session !== '' && !json.includes('"webIdFederationData"');
  if (isNamed && typeof value.arn === 'string' && value.arn.endsWith(`/${session}`)) {
    add(['arn'], (content) => content.length - session.length);
    add(['principalId'], (content) => content.indexOf(':') + 1 || content.length);
  }
  return gaps.sort((a, b) => a.from - b.from);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Where the value at the path begins in what JSON.stringify writes of an object. */
function placeOf(value: Record<string, unknown>, [first, ...rest]: readonly string[]): number {
  let at = 1;
  for (const [key, inside] of Object.entries(value)) {
    at += JSON.stringify(key).length + 1;
    if (key === first) return rest.length === 0 ? at : at + placeOf(inside as Record<string, unknown>, rest);
    at += JSON.stringify(inside).length + 1;
  }
  throw new RangeError(`there is no "${first}" in the object`);
}
