import { createHash } from 'node:crypto';
import type { Group } from '../incidents/group.ts';
import type { Guidance, IncidentItem } from '../incidents/item.ts';
import type { Incident } from '../incidents/model.ts';
import type { DetectorText } from '../rules/model.ts';

/** Bytes of JSON that an item may take: DynamoDB would hold 400 KB, and bill each of them on every change. */
export const ITEM_BYTES = 60 * 1024;
const MOST_SIGNAL_IDS = 100;
const MOST_GUIDANCE = 8;
const LONGEST_PRINCIPAL = 2048;

/** An item without what depends on the run that writes it. */
export type ItemContent = Omit<IncidentItem, 'version' | 'versionAt' | 'run'>;

/** An incident as the incidents table holds it. `rules` are found by detector. */
export function itemContent(group: Group, status: Incident['status'], rules: ReadonlyMap<string, DetectorText>): ItemContent {
  const incident = group.incident(status);
  const whole: ItemContent = {
    ...incident,
    kind: 'incident',
    backfill: group.backfill,
    signalIds: incident.signalIds.slice(0, MOST_SIGNAL_IDS),
    guidance: guidance(incident, rules),
  };
  return fitting(whole);
}

/** What a reader must know of an incident: when it changes there is a new version. */
export function newsOf({ status, level, tactics, detections, accounts, backfill }: ItemContent): string {
  const detectors = detections.filter(({ weight }) => weight > 0).map(({ detector }) => detector);
  return hash([status, level, [...tactics].sort(), detectors.sort(), [...accounts].sort(), backfill]);
}

export function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 22);
}

/** What the rules of an incident's heaviest detectors say and advise. */
export function guidance({ detections }: Incident, rules: ReadonlyMap<string, DetectorText>): Guidance[] {
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

/** What an item keeps at most, from all to what always fits: what people read first goes last. */
const FITS = [
  { detections: 60, guidance: 8, ids: 100, lists: 50, reasons: 60, text: 1024 },
  { detections: 40, guidance: 6, ids: 50, lists: 50, reasons: 40, text: 512 },
  { detections: 25, guidance: 4, ids: 25, lists: 40, reasons: 25, text: 256 },
  { detections: 12, guidance: 2, ids: 10, lists: 20, reasons: 12, text: 200 },
  { detections: 6, guidance: 0, ids: 0, lists: 10, reasons: 6, text: 120 },
] as const;

/** Less and less of the lists, and shorter and shorter texts, until the item fits. The principal stays whole as long as it can: it is who did it. */
function fitting(whole: ItemContent): ItemContent {
  for (const fit of FITS) {
    const item = shortened(
      {
        ...whole,
        detections: heaviest(whole.detections, fit.detections),
        guidance: whole.guidance.slice(0, fit.guidance),
        signalIds: whole.signalIds.slice(0, fit.ids),
        reasons: fewer(whole.reasons, fit.reasons),
        tactics: whole.tactics.slice(0, fit.lists),
        techniques: whole.techniques.slice(0, fit.lists),
        accounts: whole.accounts.slice(0, fit.lists),
        regions: whole.regions.slice(0, fit.lists),
        addresses: whole.addresses.slice(0, fit.lists),
      },
      fit.text,
    );
    const fits = { ...item, id: whole.id, principal: shortened(whole.principal, LONGEST_PRINCIPAL) };
    if (Buffer.byteLength(JSON.stringify(fits)) <= ITEM_BYTES) return fits;
  }
  // Only a rule with thousands of tags comes here.
  return shortened(
    {
      ...whole,
      detections: [],
      guidance: [],
      signalIds: [],
      reasons: fewer(whole.reasons, 6),
      tactics: [],
      techniques: [],
      accounts: [],
      regions: [],
      addresses: [],
    },
    120,
  );
}

/** The first reasons; the points of the others in one, so that all still add up. */
function fewer(reasons: Incident['reasons'], most: number): Incident['reasons'] {
  if (reasons.length <= most) return reasons;
  const rest = reasons.slice(most - 1);
  return [...reasons.slice(0, most - 1), { text: `${rest.length} more`, points: rest.reduce((sum, { points }) => sum + points, 0) }];
}

function heaviest(detections: Incident['detections'], most: number): Incident['detections'] {
  const kept = new Set([...detections].sort((a, b) => b.weight - a.weight).slice(0, most));
  return detections.filter((one) => kept.has(one));
}

/** Every text cut to a length that only an attacker or a careless rule would pass. */
function shortened<T>(value: T, most: number): T {
  if (typeof value === 'string') return (value.length <= most ? value : `${value.slice(0, most)}…`) as T;
  if (Array.isArray(value)) return value.map((one) => shortened(one, most)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shortened(one, most)])) as T;
}
