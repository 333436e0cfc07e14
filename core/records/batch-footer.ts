import * as v from 'valibot';
import type { Section } from './batch.ts';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const tally = v.record(v.string(), count);

const CountsSchema = v.object({
  files: count,
  digests: count,
  bytes: count,
  records: count,
  events: count,
  duplicates: count,
  excluded: count,
  rejects: tally,
  fileRejects: tally,
});

const SectionSchema = v.object({
  bucket: v.string(),
  key: v.string(),
  id: v.string(),
  delivered: v.number(),
  backfill: v.exactOptional(v.object({ id: v.string(), of: count })),
  counts: CountsSchema,
  problem: v.exactOptional(v.string()),
  records: count,
  chunks: v.array(v.object({ at: count, size: count, bytes: count, records: count })),
  gaps: v.array(v.tuple([count, count])),
});

/** S3's keys are no longer; what a damaged footer holds may be. */
const MOST_LABEL = 1024;

const FooterSchema = v.object({ sections: v.array(SectionSchema) });

/**
 * The sections that a batch's footer describes, or what is wrong with it. `end` is where the chunks end: none may lie beyond it.
 */
export function readFooter(text: string, end: number): readonly Section[] | string {
  const parsed = v.safeParse(FooterSchema, fromJson(text));
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return `${v.getDotPath(issue) ?? 'its footer'}: ${issue.message}`;
  }
  const sections = parsed.output.sections as Section[];
  for (const section of sections) {
    const wrong = wrongPlaces(section, end);
    if (wrong !== null) return `in ${describeSection(section)}, ${wrong}`;
  }
  return sections;
}

export function describeSection({ bucket, key }: Pick<Section, 'bucket' | 'key'>): string {
  return `the section of s3://${bucket.slice(0, MOST_LABEL)}/${key.slice(0, MOST_LABEL)}`;
}

function wrongPlaces({ counts, records, chunks, gaps }: Section, end: number): string | null {
  let held = 0;
  for (const chunk of chunks) {
    held += chunk.records;
    if (chunk.bytes === 0 || chunk.at + chunk.size > end) return 'a chunk lies outside the batch';
  }
  let left = 0;
  let after = -1;
  for (const [from, to] of gaps) {
    if (from <= after || to <= from || to > counts.records) return 'the ranges of records left out do not ascend';
    left += to - from;
    after = to;
  }
  return held === records && records === counts.events && records + left === counts.records
    ? null
    : `${held} records held and ${left} left out do not make ${counts.records}`;
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
