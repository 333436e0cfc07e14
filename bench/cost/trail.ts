import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { iso } from '../../samples/generator/calendar.ts';
import { keyOf } from '../../samples/generator/delivery.ts';
import { Random } from '../../samples/generator/random.ts';
import { templates } from '../templates.ts';
import { writeBenchTrail } from '../trail.ts';

interface Kept {
  readonly text: string;
  readonly account: string;
  readonly region: string;
}

/** Records of the bench's trail: ordinary ones of about 1.5 KB, and decisive steps of attacks. */
export interface CostRecords {
  readonly ordinary: readonly Kept[];
  readonly attacks: readonly Kept[];
}

/** A file of the trail, not compressed. */
export interface TrailFile {
  readonly key: string;
  readonly text: string;
}

/** Share of the bench's records that are ordinary, at least. */
const ORDINARY = 0.98;

/** At least so many ordinary records; the same ones for the same seed. */
export function costRecords(count: number, seed: number): CostRecords {
  const dir = mkdtempSync(join(tmpdir(), 'trailwarden-cost-'));
  try {
    writeBenchTrail({ dir, records: Math.ceil(count / ORDINARY), seed });
    const isAttack = attackTeller();
    const ordinary: Kept[] = [];
    const attacks: Kept[] = [];
    const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    for (const { parentPath, name } of files.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const { Records } = JSON.parse(gunzipSync(readFileSync(join(parentPath, name))).toString()) as { Records: Record<string, unknown>[] };
      for (const record of Records) {
        const kept = { text: JSON.stringify(record), account: String(record.recipientAccountId), region: String(record.awsRegion) };
        (isAttack(String(record.eventName), kept.text) ? attacks : ordinary).push(kept);
      }
    }
    return { ordinary, attacks };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Tells whether a record was made from the template of an attack's decisive step. */
function attackTeller(): (name: string, text: string) => boolean {
  const patterns = templates(1, 8).risky.map(({ texts }) => ({
    name: /"eventName":"(\w+)"/.exec(texts.join('\u0000'))?.[1],
    pattern: new RegExp(`^${texts.map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('[^"]*')}$`),
  }));
  const byName = Map.groupBy(patterns, ({ name }) => name);
  return (name, text) => byName.get(name)?.some(({ pattern }) => pattern.test(text)) ?? false;
}

/** The records as files of so many each, of events at the times that `timeOf` gives for their places, delivered at `at`; each call makes other events of them. */
export function filesOf(
  records: readonly Kept[],
  { perFile, at, label, timeOf }: { perFile: number; at: number; label: string; timeOf: (index: number) => number },
): TrailFile[] {
  const random = new Random(`cost/${label}`);
  const files: TrailFile[] = [];
  for (let from = 0; from < records.length; from += perFile) {
    const some = records.slice(from, from + perFile);
    const { account, region } = some[0] as Kept;
    const texts = some.map(({ text }, i) =>
      text
        .replace(/"eventTime":"[^"]+"/, `"eventTime":"${iso(timeOf(from + i))}"`)
        .replace(/"eventID":"[^"]+"/, () => `"eventID":"${random.uuid()}"`)
        .replace(/"sharedEventID":"[^"]+"/, () => `"sharedEventID":"${random.uuid()}"`),
    );
    files.push({ key: keyOf(account, region, at, random), text: `{"Records":[${texts.join(',')}]}` });
  }
  return random.shuffle(files);
}
