import { createHash } from 'node:crypto';
import { type Section, sectionIdentity } from '../records/batch.ts';
import { uuidText } from '../records/identifier.ts';
import { isoTime } from '../records/time.ts';

/**
 * `pending/<minute of the earliest delivery>-<hash of what is in it>.batch`: a listing is oldest first, and the same sections have the same name.
 * What a backfill asked for is told from what was announced: another name.
 */
export function batchName(sections: readonly Section[]): string {
  const earliest = sections.reduce((least, { delivered }) => Math.min(least, delivered), Number.MAX_VALUE);
  const minute = `${isoTime(earliest).slice(0, 16).replaceAll(/[-:]/g, '')}Z`;
  const identities = sections.map((section) => `${uuidText(sectionIdentity(section))} ${section.backfill?.id ?? ''}`);
  return `pending/${minute}-${createHash('sha256').update(identities.sort().join('\n')).digest('hex').slice(0, 32)}.batch`;
}
