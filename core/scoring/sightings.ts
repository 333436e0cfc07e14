import { VOLUMES, type Volume } from '../anomalies/observation.ts';

/**
 * What the detectors with a memory look at: the events of a part that differ in nothing they see are one sighting. Of one principal, account,
 * region, address, action, agent and result, in one hour; a person's in one minute, as it matters where people were when.
 */
export interface Sightings {
  /** For each event the index of its sighting; {@link NO_SIGHTING} for what AWS services do. */
  readonly of: Uint32Array;
  /** By sighting; indexes into the part's strings. */
  readonly actions: Uint32Array;
  readonly agents: Uint32Array;
  readonly persons: Uint32Array;
  readonly callers: Uint32Array;
  /** Bits of {@link VOLUME_BIT}. */
  readonly volumes: Uint8Array;
  /** Bits of {@link SIGHTING}. */
  readonly flags: Uint8Array;
}

export const NO_SIGHTING = 0xffffffff;
export const SIGHTING = { failed: 1, denied: 2, write: 4 } as const;

export const VOLUME_BIT = Object.fromEntries(VOLUMES.map((name, i) => [name, 1 << i])) as Readonly<Record<Volume, number>>;

const READS =
  /^(?:Get|List|Describe|Head|Lookup|Search|Scan|Query|BatchGet|Batch?Describe|Check|Validate|Preview|Simulate|Select|View|Test)/;
const DELETES = /^(?:Delete|Terminate|Remove|Purge|Destroy)/;

/** Whether calls of this name change something, by CloudTrail's naming of calls. */
export function isWrite(name: string): boolean {
  return !READS.test(name);
}

/** What a call that succeeds counts as; a failed one counts as `denied-calls` or `failed-logins` where it is that. */
export function volumesOf(source: string, name: string): number {
  let bits = 0;
  if (source === 'signin.amazonaws.com' && name === 'ConsoleLogin') bits |= VOLUME_BIT['console-logins'];
  if (source === 'sts.amazonaws.com' && name.startsWith('AssumeRole')) bits |= VOLUME_BIT['assume-role'];
  if (
    (source === 'secretsmanager.amazonaws.com' && /^(?:BatchGetSecretValue|GetSecretValue)$/.test(name)) ||
    (source === 'ssm.amazonaws.com' && /^GetParameters?(?:ByPath)?$/.test(name))
  ) {
    bits |= VOLUME_BIT['secret-reads'];
  }
  if (DELETES.test(name)) bits |= VOLUME_BIT.deletes;
  if (
    (source === 's3.amazonaws.com' && (name === 'GetObject' || name === 'SelectObjectContent')) ||
    (source === 'dynamodb.amazonaws.com' && /^(?:Scan|Query|GetItem|BatchGetItem|ExecuteStatement)$/.test(name)) ||
    (source === 'ebs.amazonaws.com' && name === 'GetSnapshotBlock')
  ) {
    bits |= VOLUME_BIT['data-reads'];
  }
  return bits;
}

const DENIED = /AccessDenied|UnauthorizedOperation|UnauthorizedAccess|NotAuthorized|AuthorizationError|^Forbidden/i;

export function isDenied(errorCode: string): boolean {
  return DENIED.test(errorCode);
}

const COLUMNS = 9;

/** Collects the sightings of a part: each distinct row of its columns once. */
export class SightingTable {
  #count = 0;
  #rows = new Int32Array(256 * COLUMNS);
  #slots = new Int32Array(1024).fill(-1);
  readonly #row = new Int32Array(COLUMNS);

  /** Index of the sighting with these columns. */
  index(
    bucket: number,
    principal: number,
    account: number,
    region: number,
    address: number,
    action: number,
    agent: number,
    person: number,
    marks: number,
    caller: number,
  ): number {
    const row = this.#row;
    row[0] = bucket;
    row[1] = principal;
    row[2] = account;
    row[3] = region;
    row[4] = address;
    row[5] = action;
    row[6] = agent;
    row[7] = person;
    // A part has at most 8192 events, and so few texts that both fit into one word.
    row[8] = (marks & 0x3ff) | (caller << 10);
    let hash = 0;
    for (let i = 0; i < COLUMNS; i += 1) hash = Math.imul(hash ^ (row[i] as number), 0x9e3779b1) ^ (hash >>> 15);
    const mask = this.#slots.length - 1;
    let slot = (hash ^ (hash >>> 13)) & mask;
    for (;;) {
      const at = this.#slots[slot] as number;
      if (at < 0) return this.#add(slot);
      if (this.#isRow(at)) return at;
      slot = (slot + 1) & mask;
    }
  }

  /** The columns that are not the events' own; starts anew. */
  take(of: Uint32Array): Sightings {
    const n = this.#count;
    const column = (i: number) => Uint32Array.from({ length: n }, (_, at) => this.#rows[at * COLUMNS + i] as number);
    const marks = column(8);
    const sightings: Sightings = {
      of,
      actions: column(5),
      agents: column(6),
      persons: column(7),
      callers: marks.map((word) => word >>> 10),
      volumes: Uint8Array.from(marks, (word) => word & 0x7f),
      flags: Uint8Array.from(marks, (word) => (word >>> 7) & 7),
    };
    this.#count = 0;
    this.#slots.fill(-1);
    return sightings;
  }

  #isRow(at: number): boolean {
    for (let i = 0, from = at * COLUMNS; i < COLUMNS; i += 1) if (this.#rows[from + i] !== this.#row[i]) return false;
    return true;
  }

  #add(slot: number): number {
    const at = this.#count;
    if ((at + 1) * COLUMNS > this.#rows.length) {
      const larger = new Int32Array(this.#rows.length * 2);
      larger.set(this.#rows);
      this.#rows = larger;
    }
    this.#rows.set(this.#row, at * COLUMNS);
    this.#slots[slot] = at;
    this.#count = at + 1;
    if (this.#count * 2 > this.#slots.length) this.#widen();
    return at;
  }

  /** Twice the slots, the rows put in anew. */
  #widen(): void {
    const slots = new Int32Array(this.#slots.length * 2).fill(-1);
    const mask = slots.length - 1;
    for (let at = 0; at < this.#count; at += 1) {
      let hash = 0;
      for (let i = 0; i < COLUMNS; i += 1) {
        hash = Math.imul(hash ^ (this.#rows[at * COLUMNS + i] as number), 0x9e3779b1) ^ (hash >>> 15);
      }
      let slot = (hash ^ (hash >>> 13)) & mask;
      while ((slots[slot] as number) >= 0) slot = (slot + 1) & mask;
      slots[slot] = at;
    }
    this.#slots = slots;
  }
}

/** Marks of a sighting as one number: volumes below, flags above. */
export function sightingMarks(volumes: number, flags: number): number {
  return volumes | (flags << 7);
}

/** The sighting of one event alone, in a part of its own whose strings end with these texts. */
export function onlySighting(
  all: Sightings,
  event: number,
  stringsFrom: number,
): { readonly texts: readonly number[]; readonly sightings: Sightings } {
  const index = all.of[event] as number;
  if (index === NO_SIGHTING) return { texts: [], sightings: NO_SIGHTINGS };
  const texts = [all.actions, all.agents, all.persons, all.callers].map((column) => column[index] as number);
  const [actions, agents, persons, callers] = texts.map((_, i) => Uint32Array.of(stringsFrom + i)) as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  return {
    texts,
    sightings: {
      of: Uint32Array.of(0),
      actions,
      agents,
      persons,
      callers,
      volumes: all.volumes.slice(index, index + 1),
      flags: all.flags.slice(index, index + 1),
    },
  };
}

const NO_SIGHTINGS: Sightings = {
  of: Uint32Array.of(NO_SIGHTING),
  actions: new Uint32Array(0),
  agents: new Uint32Array(0),
  persons: new Uint32Array(0),
  callers: new Uint32Array(0),
  volumes: new Uint8Array(0),
  flags: new Uint8Array(0),
};
