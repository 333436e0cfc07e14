import * as v from 'valibot';
import { ROLE_TAGS } from '../config/schema.ts';
import type { AlertItem, BackfillSummaryItem, IncidentItem } from '../incidents/item.ts';
import { LEVELS } from '../levels.ts';
import type { Receipt } from './receipt.ts';

/** Last millisecond that a Date can name. */
const END_OF_TIME = 8.64e15;

const time = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(END_OF_TIME));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const version = v.pipe(v.number(), v.integer(), v.minValue(1));
const risk = v.pipe(v.number(), v.minValue(0), v.maxValue(100));
const texts = v.array(v.string());
const level = v.picklist(LEVELS);

const Detection = v.object({
  detector: v.string(),
  title: v.string(),
  level,
  tactics: texts,
  techniques: texts,
  weight: v.number(),
  count,
  first: time,
  last: time,
  action: v.string(),
  eventID: v.string(),
  account: v.string(),
  region: v.string(),
  address: v.string(),
  errorCode: v.string(),
});

const Guidance = v.object({
  detector: v.string(),
  title: v.string(),
  text: v.string(),
  author: v.exactOptional(v.string()),
  falsePositives: texts,
  references: texts,
});

const Incident = v.object({
  kind: v.literal('incident'),
  id: v.pipe(v.string(), v.minLength(1)),
  principal: v.string(),
  roleTag: v.picklist(ROLE_TAGS),
  status: v.picklist(['open', 'resolved']),
  level,
  risk,
  opened: time,
  updated: time,
  tactics: texts,
  techniques: texts,
  accounts: texts,
  regions: texts,
  addresses: texts,
  reasons: v.array(v.object({ text: v.string(), points: v.number() })),
  detections: v.array(Detection),
  signals: count,
  top: v.object({ title: v.string(), eventID: v.string(), time }),
  version,
  versionAt: time,
  run: count,
  backfill: v.boolean(),
  signalIds: texts,
  guidance: v.array(Guidance),
});

const BackfillSummary = v.object({
  kind: v.literal('backfill-summary'),
  id: v.pipe(v.string(), v.minLength(1)),
  version,
  versionAt: time,
  run: count,
  objects: count,
  records: count,
  events: count,
  incidents: v.array(v.object({ id: v.string(), principal: v.string(), level, risk, opened: time, title: v.string() })),
  incidentCount: count,
});

const Item = v.variant('kind', [Incident, BackfillSummary]);

const Told = v.object({
  version,
  at: time,
  level: v.picklist([...LEVELS, '']),
  risk,
  tactics: texts,
  detectors: texts,
});

const ReceiptRow = v.object({
  version,
  at: time,
  status: v.picklist(['sent', 'quiet', 'off', 'failed']),
  level: v.picklist([...LEVELS, '']),
  tactics: texts,
  detail: v.string(),
  told: v.exactOptional(Told),
});

/** The receipt in a row of the state table, undefined when it is none: to tell twice is better than not to tell. */
export function readReceipt(row: unknown): Receipt | undefined {
  const read = v.safeParse(ReceiptRow, row, { abortEarly: true });
  return read.success ? read.output : undefined;
}

/** The item in a row of the incidents table, or the sentence that says what is wrong with the row. Attributes of no concern are left out. */
export function readAlertItem(row: unknown): AlertItem | string {
  const read = v.safeParse(Item, row, { abortEarly: true });
  if (read.success) return read.output satisfies IncidentItem | BackfillSummaryItem;
  const [issue] = read.issues;
  const path = v.getDotPath(issue) ?? 'the row';
  return `The item cannot be told of: at ${path}, ${issue.message.slice(0, 200)}. Another version of Trailwarden may have written it.`;
}
