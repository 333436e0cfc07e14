import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { DAY, DAYS, iso, MINUTE, START } from '../samples/generator/calendar.ts';
import { keyOf } from '../samples/generator/delivery.ts';
import { Random } from '../samples/generator/random.ts';
import { type Hole, type HoleKind, type Template, templates } from './templates.ts';

const PER_FILE = 500;
/** Records of the whole trail after which a file is delivered, full or not: CloudTrail waits minutes, never days. */
const DELIVERED_WITHIN = 5000;
/** Copies of each actor of the sample trail: about 40 actors give over 300 principals. */
export const COPIES = 9;
/** Share of records that are a decisive step of some attack: what a rule pack matches. */
const RISKY = 0.015;
/** Share of records in which the caller does again what it did last, as loops and pagination do. */
const REPEATED = 0.35;
/** Records of one session before its key and address change. */
const SESSION = 60;

interface Session {
  readonly key: string;
  readonly address: string;
  readonly since: string;
  left: number;
}

function addressFor(random: Random, original: number): string {
  if (original % 3 === 0) return `203.0.113.${random.int(1, 254)}`;
  if (original % 3 === 1) return `198.51.100.${random.int(1, 254)}`;
  return `10.${random.int(0, 31)}.${random.int(0, 255)}.${random.int(1, 254)}`;
}

/** Fills templates with fresh values; holds one session for each principal. */
class Filler {
  private readonly random: Random;
  private readonly pool: readonly string[];
  private readonly sessions = new Map<string, Session>();

  constructor(random: Random) {
    this.random = random;
    this.pool = Array.from({ length: 600 }, () => random.hex(16));
  }

  private session(actor: string, variant: number, at: number): Session {
    const name = `${actor}${variant}`;
    let found = this.sessions.get(name);
    if (found === undefined || found.left-- === 0) {
      const since = iso(at - this.random.int(1, 50) * MINUTE);
      found = { key: `ASIA${this.random.base32(16)}`, address: addressFor(this.random, variant), since, left: SESSION };
      this.sessions.set(name, found);
    }
    return found;
  }

  /** A record of the template's actor; `variant`, from 1 on, says which copy of the actor. */
  fill(template: Template, variant: number, at: number): string {
    const { random } = this;
    const session = this.session(template.actor, variant, at);
    const values: string[] = [];
    let out = template.texts[0] as string;
    for (let i = 0; i < template.holes.length; i++) {
      const hole = template.holes[i] as Hole;
      let value: string;
      if (hole.kind === 'time') value = iso(at);
      else if (hole.kind === 'since') value = session.since;
      else if (hole.kind === 'address') value = session.address;
      else if (hole.kind === 'accessKey') value = session.key;
      else if (hole.kind === 'variant') value = String(variant);
      else if (hole.kind === 'eventID') value = random.uuid();
      else {
        value = values[hole.same] ?? this.fresh(hole.kind, hole.length);
        values[hole.same] = value;
      }
      out += value + (template.texts[i + 1] as string);
    }
    return out;
  }

  private fresh(kind: HoleKind, length: number): string {
    switch (kind) {
      case 'uuid':
        return this.random.uuid();
      case 'resource':
        return this.pool[this.random.int(0, this.pool.length - 1)] as string;
      case 'object':
        return this.random.hex(length);
      case 'base64':
        return this.random.alphanumeric(length);
      default:
        return this.random.base32(length);
    }
  }
}

export interface BenchTrail {
  readonly records: number;
  readonly files: number;
  /** Bytes of all files inflated and as stored. */
  readonly inflated: number;
  readonly stored: number;
}

/**
 * Writes a big trail below `dir`: `records` records of a month in an organization's layout, 500 a file, gzip level 6.
 * Memory stays flat: one open file's worth of text per account and region.
 */
export function writeBenchTrail({
  dir,
  records,
  seed,
  copies = COPIES,
}: {
  dir: string;
  records: number;
  seed: number;
  copies?: number;
}): BenchTrail {
  const random = new Random(`bench/${seed}`);
  const filler = new Filler(random.fork('fill'));
  const { ordinary, risky } = templates(1, 8);
  const open = new Map<string, { readonly texts: string[]; readonly first: number; last: number }>();
  const folders = new Set<string>();
  let files = 0;
  let inflated = 0;
  let stored = 0;

  const close = (account: string, region: string, texts: readonly string[], at: number): void => {
    const path = join(dir, keyOf(account, region, at, random));
    const folder = dirname(path);
    if (!folders.has(folder)) {
      mkdirSync(folder, { recursive: true });
      folders.add(folder);
    }
    const text = `{"Records":[${texts.join(',')}]}`;
    const bytes = gzipSync(text, { level: 6 });
    writeFileSync(path, bytes);
    files++;
    inflated += text.length;
    stored += bytes.length;
  };

  let template = ordinary[0] as Template;
  let variant = 1;
  for (let n = 0; n < records; n++) {
    const now = START + Math.floor((n / records) * DAYS * DAY);
    if (n === 0 || !random.chance(REPEATED)) {
      template = random.pick(random.chance(RISKY) ? risky : ordinary);
      variant = random.int(1, copies);
    }
    const key = `${template.account}/${template.region}`;
    let file = open.get(key);
    if (file !== undefined && (file.texts.length === PER_FILE || n - file.first > DELIVERED_WITHIN)) {
      close(template.account, template.region, file.texts, file.last);
      file = undefined;
    }
    if (file === undefined) {
      file = { texts: [], first: n, last: now };
      open.set(key, file);
    }
    file.texts.push(filler.fill(template, variant, now - random.int(0, 9 * MINUTE)));
    file.last = now;
  }
  for (const [key, { texts, last }] of open) {
    const [account, region] = key.split('/') as [string, string];
    close(account, region, texts, last);
  }
  return { records, files, inflated, stored };
}

if (process.argv[1] !== undefined && resolve(process.argv[1]).endsWith(join('bench', 'trail.ts'))) {
  const { values } = parseArgs({
    options: {
      records: { type: 'string', default: '300000' },
      out: { type: 'string', default: 'bench-trail' },
      seed: { type: 'string', default: '1' },
      copies: { type: 'string', default: String(COPIES) },
    },
  });
  const started = process.hrtime.bigint();
  const made = writeBenchTrail({
    dir: values.out,
    records: Number(values.records),
    seed: Number(values.seed),
    copies: Number(values.copies),
  });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
  process.stdout.write(
    `${made.records} records in ${made.files} files: ${megabytes(made.inflated)} inflated, ${megabytes(made.stored)} stored ` +
      `(${(made.inflated / made.stored).toFixed(1)} to 1, ${(made.inflated / made.records).toFixed(0)} bytes a record), ${seconds.toFixed(1)} s\n`,
  );
}
