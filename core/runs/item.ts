import { createHash } from 'node:crypto';
import type { Group } from '../incidents/group.ts';
import type { Guidance, IncidentItem } from '../incidents/item.ts';
import type { Incident } from '../incidents/model.ts';
import type { Rule } from '../rules/model.ts';

/** Bytes of JSON that an item may take: DynamoDB would hold 400 KB, and bill each of them on every change. */
export const ITEM_BYTES = 60 * 1024;
const MOST_SIGNAL_IDS = 100;
const MOST_GUIDANCE = 8;
const LONGEST_TEXT = 1024;

/** An item without what depends on the run that writes it. */
export type ItemContent = Omit<IncidentItem, 'version' | 'versionAt' | 'run'>;

/** An incident as the incidents table holds it. `rules` are found by detector. */
export function itemContent(group: Group, status: Incident['status'], rules: ReadonlyMap<string, Rule>): ItemContent {
  const incident = group.incident(status);
  const whole: ItemContent = {
    ...incident,
    kind: 'incident',
    backfill: group.backfill,
    signalIds: incident.signalIds.slice(0, MOST_SIGNAL_IDS),
    guidance: guidance(incident, rules),
  };
  return fitting(shortened(whole));
}

/** What a reader must know of an incident: when it changes there is a new version. */
export function newsOf({ status, level, tactics, detections, accounts, backfill }: ItemContent): string {
  const detectors = detections.filter(({ weight }) => weight > 0).map(({ detector }) => detector);
  return hash([status, level, [...tactics].sort(), detectors.sort(), [...accounts].sort(), backfill]);
}

export function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 22);
}

function guidance({ detections }: Incident, rules: ReadonlyMap<string, Rule>): Guidance[] {
  return [...detections]
    .sort((a, b) => b.weight - a.weight)
    .flatMap(({ detector, weight }) => {
      const rule = weight > 0 ? rules.get(detector) : undefined;
      if (rule === undefined) return [];
      const { title, description, author, falsePositives, references } = rule;
      return [{ detector, title, text: description, ...(author === '' ? {} : { author }), falsePositives, references }];
    })
    .slice(0, MOST_GUIDANCE);
}

/** Less and less of the lists until the item fits: what people read first goes last. */
function fitting(whole: ItemContent): ItemContent {
  let item = whole;
  for (const [detections, guides, ids] of [
    [60, 8, 100],
    [40, 6, 50],
    [25, 4, 25],
    [12, 2, 10],
    [6, 1, 0],
  ] as const) {
    item = {
      ...whole,
      detections: heaviest(whole.detections, detections),
      guidance: whole.guidance.slice(0, guides),
      signalIds: whole.signalIds.slice(0, ids),
      reasons: whole.reasons,
    };
    if (Buffer.byteLength(JSON.stringify(item)) <= ITEM_BYTES) break;
  }
  return item;
}

function heaviest(detections: Incident['detections'], most: number): Incident['detections'] {
  const kept = new Set([...detections].sort((a, b) => b.weight - a.weight).slice(0, most));
  return detections.filter((one) => kept.has(one));
}

/** Every text cut to a length that only an attacker or a careless rule would pass. */
function shortened<T>(value: T): T {
  if (typeof value === 'string') return (value.length <= LONGEST_TEXT ? value : `${value.slice(0, LONGEST_TEXT)}…`) as T;
  if (Array.isArray(value)) return value.map(shortened) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shortened(one)])) as T;
}
