import { QUIET } from '../incidents/grouping.ts';
import type { RecordView } from '../records/view.ts';
import { carriedFields } from '../rules/correlation-fields.ts';

/** What a call was about, where its request names it. */
export interface Resource {
  /** As `bucket`, `user`, `role`. */
  readonly type: string;
  readonly name: string;
}

/** Fields of a request that name what it is about. */
const TYPES: Readonly<Record<string, string>> = {
  bucketName: 'bucket',
  userName: 'user',
  roleName: 'role',
  roleArn: 'role',
  groupName: 'group',
  policyArn: 'policy',
  policyName: 'policy',
  accessKeyId: 'access key',
  functionName: 'function',
  secretId: 'secret',
  keyId: 'key',
  instanceId: 'instance',
  dBInstanceIdentifier: 'database',
  dBSnapshotIdentifier: 'database snapshot',
  snapshotId: 'snapshot',
  imageId: 'image',
  volumeId: 'volume',
  groupId: 'security group',
  trailName: 'trail',
  detectorId: 'detector',
  documentName: 'document',
  stackName: 'stack',
  repositoryName: 'repository',
  tableName: 'table',
  logGroupName: 'log group',
};

const PREFIX = 'requestParameters.';
const PATHS = Object.keys(TYPES).map((field) => PREFIX + field);

/** The resources that a record's request names by the fields known here; long names are shortened. */
export function resourcesOf(record: RecordView): Resource[] {
  return Object.entries(carriedFields(PATHS, record)).map(([path, name]) => ({
    type: TYPES[path.slice(PREFIX.length)] as string,
    name,
  }));
}

const MOST_OF_INCIDENT = 50;
const MOST_IN_ALL = 100_000;

/** What a principal touched with less than 24 h between. */
interface Spell {
  first: number;
  last: number;
  readonly resources: Map<string, Resource>;
}

/** What open incidents were about, as JSON: by principal the times of its first and last touch, and the resources. */
export type TouchedState = Readonly<Record<string, readonly [first: number, last: number, resources: readonly Resource[]]>>;

/** Gathers which resources a principal's signals were about, so that an incident can be told its own. Signals must come in the order of time. */
export class TouchedResources {
  readonly #principals = new Map<string, Spell[]>();
  #count = 0;

  /** `before` is the {@link state} of an analysis before. */
  constructor(before: TouchedState = {}) {
    for (const [principal, [first, last, resources]] of Object.entries(before)) {
      this.add(principal, last, resources);
      const [spell] = this.#principals.get(principal) ?? [];
      if (spell !== undefined) this.#principals.set(principal, [{ ...spell, first }]);
    }
  }

  /** What may go on after a time: what was touched in the 24 h before. */
  state(until: number): TouchedState {
    const open = [...this.#principals].map(([principal, spells]) => [principal, spells.at(-1) as Spell] as const);
    return Object.fromEntries(
      open
        .filter(([, { last }]) => last + QUIET >= until)
        .map(([principal, { first, last, resources }]) => [principal, [first, last, [...resources.values()]]]),
    );
  }

  add(principal: string, time: number, resources: readonly Resource[]): void {
    if (resources.length === 0 || this.#count >= MOST_IN_ALL) return;
    const spells = this.#principals.get(principal) ?? [];
    if (spells.length === 0) this.#principals.set(principal, spells);
    let spell = spells.at(-1);
    if (spell === undefined || time - spell.last > QUIET) {
      spell = { first: time, last: time, resources: new Map() };
      spells.push(spell);
    }
    spell.first = Math.min(spell.first, time);
    spell.last = Math.max(spell.last, time);
    for (const { type, name } of resources) {
      const key = `${type} ${name}`;
      if (spell.resources.size >= MOST_OF_INCIDENT || spell.resources.has(key)) continue;
      spell.resources.set(key, { type, name });
      this.#count += 1;
    }
  }

  /** What an incident's principal touched in its time, in the order of the first touch; at most 50. */
  of({ principal, opened, updated }: { readonly principal: string; readonly opened: number; readonly updated: number }): Resource[] {
    const found = (this.#principals.get(principal) ?? [])
      .filter(({ first, last }) => last >= opened && first <= updated)
      .flatMap(({ resources }) => [...resources]);
    return [...new Map(found).values()].slice(0, MOST_OF_INCIDENT);
  }
}
