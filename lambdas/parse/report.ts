import type { Parsed } from '../../core/parsing/parse.ts';
import { total } from '../../core/records/counts.ts';
import { labelOf } from '../../core/records/section.ts';
import { publishCounts, type Telemetry } from '../aws/logging.ts';

/** Most problems of one kind that an invocation logs one by one: a hundred broken objects need not be a hundred lines each minute. */
const MOST_LINES = 20;

/** Tells the log and the metrics what became of an invocation's messages. */
export function report(parsed: Parsed, telemetry: Telemetry): void {
  const { logger } = telemetry;
  const objects = parsed.sections.filter(({ bucket }) => bucket !== '');
  const problems = parsed.sections.filter(({ problem }) => problem !== undefined);
  const fileRejects = parsed.sections.reduce((sum, { counts }) => sum + total(counts.fileRejects), 0);
  const records = parsed.sections.reduce((sum, { counts }) => sum + counts.records, 0);
  for (const { object, reason } of parsed.failures.slice(0, MOST_LINES)) logger.error('An object was not read', { object, reason });
  for (const section of problems.slice(0, MOST_LINES)) {
    logger.warn('A file was not read whole', { object: labelOf(section), reason: section.problem });
  }
  logger.info('Messages were read', {
    batches: parsed.batches,
    objects: objects.length,
    records,
    fileRejects,
    failures: parsed.failures.length,
    deliveredAgain: parsed.again.size,
    leftAside: parsed.leftAside,
    ignored: parsed.ignored,
  });
  publishCounts(telemetry, { FileRejects: fileRejects, ObjectFailures: parsed.failures.length });
}
