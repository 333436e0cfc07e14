import { createHash } from 'node:crypto';
import { type Section, sectionIdentity } from '../records/batch.ts';
import { uuidText } from '../records/identifier.ts';
import { isoTime } from '../records/time.ts';

/**
 * `pending/<minute of the earliest delivery>-<hash of what is in it>.batch`, and `pending/backfill-…` where a backfill asked for all of it: a listing
 * has what is live before what is not, each oldest first. The same sections have the same name; what a backfill asked for is told from what was
 * announced.
 */
export function batchName(sections: readonly Section[]): string {
  const live = sections.filter(({ backfill }) => backfill === undefined);
  // What a backfill delivers was delivered long ago: it would make what is live look as old.
  const earliest = (live.length > 0 ? live : sections).reduce((least, { delivered }) => Math.min(least, delivered), Number.MAX_VALUE);
  const minute = `${isoTime(earliest).slice(0, 16).replaceAll(/[-:]/g, '')}Z`;
  const identities = sections.map((section) => `${uuidText(sectionIdentity(section))} ${section.backfill?.id ?? ''}`);
  const hash = createHash('sha256').update(identities.sort().join('\n')).digest('hex').slice(0, 32);
  return `pending/${live.length > 0 ? '' : 'backfill-'}${minute}-${hash}.batch`;
}
