import { type Check, judge, seenIn, type Topic, unseen, type Verdict } from './check.ts';
import type { DeployFacts, DoctorFacts, RecordSource, Trail, TrailStatus } from './facts.ts';
import { ago, listed } from './words.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const DELIVERY: Topic = { id: 'trail-delivery', group: 'Trail', title: 'Trail delivers' };

/** Whether the trail that feeds the pipeline logs and delivers. */
export function trailDelivery({ source, trails, ledger }: DoctorFacts, now: number): Check {
  if (source.kind !== 'seen') return { ...DELIVERY, ...unseen(source) };
  const from = source.value;
  if (from.kind === 'announced') {
    return {
      ...DELIVERY,
      status: 'ok',
      seen: 'Another account announces the objects: its trail cannot be seen from here. Whether records come, "Committed runs" tells.',
    };
  }
  const watermark = seenIn(ledger)?.watermark ?? 0;
  return judge(DELIVERY, trails, (all) => {
    const feeding = all.filter((trail) => feeds(trail, from));
    if (feeding.length === 0) return from.kind === 'created' ? vanished(from.trail) : foreign(from.bucket, watermark, now);
    const verdicts = feeding.map((trail) => delivery(trail, now));
    // One trail that delivers is enough: others may be old ones.
    return verdicts.find(({ status }) => status === 'ok') ?? (verdicts[0] as Verdict);
  });
}

/** Whether a trail brings the pipeline its records. */
export function feeds(trail: Trail, source: RecordSource): boolean {
  if (source.kind === 'created') return trail.name === source.trail || trail.arn === source.trail;
  return source.kind === 'bucket' && trail.bucket === source.bucket;
}

function vanished(trail: string): Verdict {
  return {
    status: 'broken',
    seen: `The trail ${trail} of this deployment does not exist any more.`,
    todo: 'Find out who deleted it, and deploy again.',
    commands: ['npm run deploy'],
  };
}

function foreign(bucket: string, watermark: number, now: number): Verdict {
  const text = `No trail of this account and region delivers into ${bucket}.`;
  if (now - watermark < DAY) return { status: 'ok', seen: `${text} Records arrive, so a trail of another account or region does.` };
  return {
    status: 'look',
    seen: `${text} No record of the last day has been judged.`,
    todo: 'If a trail of another account or region delivers there, look at it in its home; else start one that does.',
  };
}

function delivery({ name, arn, status }: Trail, now: number): Verdict {
  if (status.kind !== 'seen') return unseen(status);
  const { logging, delivered, error } = status.value;
  if (!logging) {
    return {
      status: 'broken',
      seen: `${name} does not log${lastDelivery(status.value, now)}.`,
      todo: 'Find out who stopped it (a StopLogging or UpdateTrail event tells), and start it.',
      commands: [`aws cloudtrail start-logging --name ${arn}`],
    };
  }
  if (error !== '') {
    return {
      status: 'broken',
      seen: `${name} logs, but its last delivery failed: ${error}${lastDelivery(status.value, now)}.`,
      todo: "Let cloudtrail.amazonaws.com write into the bucket: look at the bucket's policy, and at the policy of the KMS key if the trail has one.",
    };
  }
  if (delivered === null) {
    return {
      status: 'look',
      seen: `${name} logs and has not delivered yet.`,
      todo: 'The first delivery takes up to 15 minutes: ask again.',
    };
  }
  const seen = `${name} logs; delivered ${ago(delivered, now)}.`;
  if (now - delivered <= HOUR) return { status: 'ok', seen };
  const todo =
    'CloudTrail delivers about every 5 minutes where anything is called. Look at the event selectors of the trail, and at the bucket.';
  return {
    status: now - delivered > DAY ? 'broken' : 'look',
    seen,
    todo,
    commands: [`aws cloudtrail get-event-selectors --trail-name ${arn}`],
  };
}

function lastDelivery({ delivered }: TrailStatus, now: number): string {
  return delivered === null ? '; it never delivered' : `; it delivered ${ago(delivered, now)}`;
}

const COPIES: Topic = { id: 'trail-copies', group: 'Trail', title: 'Paid copies' };
const PRICE = 'From the second copy on CloudTrail bills $2.00 per 100,000 events.';

/** Whether management events are logged more than once in this region, which CloudTrail bills. */
export function paidCopies({ trails, source, region }: DoctorFacts): Check {
  return judge(COPIES, trails, (all) => {
    const logging = all.filter(logsManagement);
    const copies = copiesOf(logging);
    if (copies <= 1)
      return {
        status: 'ok',
        seen: copies === 0 ? 'No trail logs management events here.' : 'One copy of the management events, which is free.',
      };
    const from = seenIn(source);
    const own = from?.kind === 'created' ? from.trail : undefined;
    const other = logging.find(({ name }) => name !== own);
    return {
      status: 'look',
      seen: `${logging.length} trails log management events in ${region}: ${listed(logging.map(describe))}. ${PRICE}`,
      todo:
        own === undefined || other === undefined
          ? 'Stop the trail that nobody needs.'
          : `Use the bucket that is filled already, "trail": {"bucket": "${other.bucket}"}, and deploy again: that removes ${own}.`,
    };
  });
}

/** Whether the deploy would add a copy that CloudTrail bills. */
export function copiesBeforeDeploy({ source, trails, ownTrail, account, region }: DeployFacts): Check {
  if (source.kind !== 'create') return { ...COPIES, status: 'ok', seen: 'The deploy makes no trail.' };
  return judge(COPIES, trails, (all) => {
    // Another region's deployment may have given its trail the same name.
    const own = `:${region}:${account}:trail/${ownTrail}`;
    const others = all.filter((trail) => !trail.arn.endsWith(own) && logsManagement(trail));
    if (others.length === 0) return { status: 'ok', seen: `No other trail logs management events in ${region}: the first copy is free.` };
    return {
      status: 'look',
      seen: `${others.length === 1 ? 'A trail logs' : `${others.length} trails log`} management events in ${region} already: ${listed(others.map(describe))}. The deploy's own is a further copy. ${PRICE}`,
      todo: `Use the bucket that is filled already, if it lies in this account: "trail": {"bucket": "${others[0]?.bucket}"} under deploy.`,
    };
  });
}

/** Whether a trail now logs management events; what could not be seen is taken for yes, which is the default of trails. */
function logsManagement({ status, management }: Trail): boolean {
  return (seenIn(status)?.logging ?? true) && seenIn(management) !== 'none';
}

/** How many times the same management event is logged: a trail of reads and one of writes are one copy together. */
function copiesOf(trails: readonly Trail[]): number {
  const count = (half: 'read' | 'write') => trails.filter(({ management }) => [half, 'all', undefined].includes(seenIn(management))).length;
  return Math.max(count('read'), count('write'));
}

/** `main (organization, all regions)`. */
function describe({ name, multiRegion, organization }: Trail): string {
  return `${name} (${[organization ? 'organization' : '', multiRegion ? 'all regions' : 'one region'].filter((part) => part !== '').join(', ')})`;
}
