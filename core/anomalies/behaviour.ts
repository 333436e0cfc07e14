import type { RoleTag } from '../config/schema.ts';
import { type EntityKind, type Observation, VOLUMES } from './observation.ts';
import { MOST_ACTIONS, MOST_THINGS } from './outlier-features.ts';
import { textHash } from './text-hash.ts';

/**
 * What an entity did in a window, as JSON of bounded size. Distinct texts are kept as hashes, of each kind the smallest ones: which
 * those are does not depend on the order of the events, and neither do the calls counted for each.
 */
export interface Behaviour {
  calls: number;
  failed: number;
  writes: number;
  loginFailures: number;
  /** Hash and calls of each action in turn, by hash; at most {@link MOST_ACTIONS} of them. */
  actions: number[];
  /** Kind and hash of the other distinct things in one number each, ascending; at most {@link MOST_THINGS} of each kind. */
  things: readonly number[];
  /** The one value that all events had, {@link SEVERAL} where they differed. */
  principal: string;
  roleTag: RoleTag | typeof SEVERAL;
  account: string;
  region: string;
  address: string;
}

export const SEVERAL = '*';

/** Bits of a hash; above them stands the kind: service, region, account, peer, agent. */
const HASH_BITS = 27;
const MOST_CALLS = 0x3fff_ffff;
/** Characters of a text that is kept: ARNs are shorter, and what is longer is nobody's name. */
const MOST_TEXT = 1024;
const FAILED_LOGIN = 1 << VOLUMES.indexOf('failed-logins');

export function emptyBehaviour({ principal, roleTag, account, region, address }: Observation): Behaviour {
  return {
    ...{ calls: 0, failed: 0, writes: 0, loginFailures: 0, actions: [], things: [] },
    ...{ principal: kept(principal), roleTag, account: kept(account), region: kept(region), address: kept(address) },
  };
}

/** Adds one event, seen `times` times. */
export function addEvent(own: Behaviour, kind: EntityKind, event: Observation, times: number): void {
  own.calls = saturated(own.calls + times);
  if (event.failed) own.failed = saturated(own.failed + times);
  if (event.isWrite) own.writes = saturated(own.writes + times);
  if ((event.volumes & FAILED_LOGIN) !== 0) own.loginFailures = saturated(own.loginFailures + times);
  const { action, things, network, caller } = codesOf(event);
  countAction(own, action, times);
  let known = own.things;
  for (let i = 0; i < things.length; i += 1) known = withCode(known, things[i] as number);
  own.things = withCode(known, kind === 'address' ? caller : network);
  keepSole(own, event);
}

/** Adds the behaviour of another window: as if all its events had come here. */
export function merge(own: Behaviour, from: Behaviour): void {
  own.calls = saturated(own.calls + from.calls);
  own.failed = saturated(own.failed + from.failed);
  own.writes = saturated(own.writes + from.writes);
  own.loginFailures = saturated(own.loginFailures + from.loginFailures);
  for (let i = 0; i < from.actions.length; i += 2) countAction(own, from.actions[i] as number, from.actions[i + 1] as number);
  for (const code of from.things) own.things = withCode(own.things, code);
  keepSole(own, from);
}

/** Values in the order of FEATURES. The night share is 0: which hours are quiet is not known here. */
export function featureValues({ calls, failed, writes, loginFailures, actions, things }: Behaviour): number[] {
  const kinds = [0, 0, 0, 0, 0];
  for (const code of things) kinds[code >>> HASH_BITS] = (kinds[code >>> HASH_BITS] as number) + 1;
  return [calls, actions.length / 2, ...kinds, rounded(failed / calls), rounded(writes / calls), 0, loginFailures, entropy(actions)];
}

export function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** Shannon's entropy of the actions' calls, in bits. */
function entropy(actions: readonly number[]): number {
  let calls = 0;
  for (let i = 1; i < actions.length; i += 2) calls += actions[i] as number;
  let bits = 0;
  for (let i = 1; i < actions.length; i += 2) {
    const share = (actions[i] as number) / calls;
    bits -= share * Math.log2(share);
  }
  return rounded(bits);
}

function saturated(count: number): number {
  return Math.min(count, MOST_CALLS);
}

function kept(text: string): string {
  return text.length > MOST_TEXT ? SEVERAL : text;
}

function keepSole(own: Behaviour, other: Pick<Behaviour, 'principal' | 'roleTag' | 'account' | 'region' | 'address'>): void {
  if (own.principal !== other.principal) own.principal = SEVERAL;
  if (own.roleTag !== other.roleTag) own.roleTag = SEVERAL;
  if (own.account !== other.account) own.account = SEVERAL;
  if (own.region !== other.region) own.region = SEVERAL;
  if (own.address !== other.address) own.address = SEVERAL;
}

interface Codes {
  readonly of: Readonly<Record<'action' | 'service' | 'region' | 'account' | 'agent' | 'network' | 'principal', string>>;
  readonly action: number;
  readonly things: readonly number[];
  readonly network: number;
  readonly caller: number;
}

let last: Codes | undefined;

/** An event's texts as hashes, -1 for none. Worked out once for all entities that it is of, which come one after another. */
function codesOf({ action, service, region, account, agent, network, principal }: Observation): Codes {
  if (
    last !== undefined &&
    last.of.action === action &&
    last.of.service === service &&
    last.of.region === region &&
    last.of.account === account &&
    last.of.agent === agent &&
    last.of.network === network &&
    last.of.principal === principal
  ) {
    return last;
  }
  last = {
    of: { action, service, region, account, agent, network, principal },
    action: hashOf(action),
    things: [codeOf(0, service), codeOf(1, region), codeOf(2, account), codeOf(4, agent)],
    network: codeOf(3, network),
    caller: codeOf(3, principal),
  };
  return last;
}

function codeOf(kind: number, text: string): number {
  return text === '' ? -1 : (kind << HASH_BITS) | hashOf(text);
}

const hashes = new Map<string, number>();

/** A text's hash, remembered: the same few texts come again and again. */
function hashOf(text: string): number {
  let hash = hashes.get(text);
  if (hash === undefined) {
    hash = textHash(text) >>> (32 - HASH_BITS);
    if (hashes.size >= 10_000) hashes.clear();
    if (text.length <= MOST_TEXT) hashes.set(text, hash);
  }
  return hash;
}

function countAction(own: Behaviour, hash: number, calls: number): void {
  const { actions } = own;
  let i = 0;
  while (i < actions.length && (actions[i] as number) < hash) i += 2;
  if (actions[i] === hash) actions[i + 1] = saturated((actions[i + 1] as number) + calls);
  else if (i < MOST_ACTIONS * 2) {
    // Copied, not spliced: a list that grows in place takes room for sixteen more.
    const more = actions.toSpliced(i, 0, hash, calls);
    own.actions = more.length > MOST_ACTIONS * 2 ? more.slice(0, MOST_ACTIONS * 2) : more;
  }
}

function withCode(things: readonly number[], code: number): readonly number[] {
  const i = placeOf(things, code);
  if (code < 0 || things[i] === code) return things;
  const first = (code >>> HASH_BITS) << HASH_BITS;
  const from = placeOf(things, first);
  const to = placeOf(things, first + 2 ** HASH_BITS);
  if (to - from < MOST_THINGS) return things.toSpliced(i, 0, code);
  return i === to ? things : things.toSpliced(to - 1, 1).toSpliced(i, 0, code);
}

/** Index of the first number that is not below `code`. */
function placeOf(things: readonly number[], code: number): number {
  let from = 0;
  let to = things.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((things[middle] as number) < code) from = middle + 1;
    else to = middle;
  }
  return from;
}
