import { type Check, judge, type Topic, type Verdict } from './check.ts';
import type { BucketNotifications, DeployFacts, DoctorFacts, NotificationTarget } from './facts.ts';
import { listed } from './words.ts';

const TOPIC: Topic = { id: 'bucket-notifications', group: 'Trail', title: 'Bucket notifies' };
const EVENTBRIDGE = '"notify": "eventbridge" under deploy.trail';
const TURN_ON =
  'Turn it on: S3 console, the bucket, Properties, Amazon EventBridge (the command line would replace all its other notifications).';

/** Whether an existing trail bucket still announces its objects; null where the deployment made the bucket. */
export function bucketNotifies({ notifications, ingest, announced }: DoctorFacts): Check | null {
  if (notifications === null) return null;
  return judge(TOPIC, notifications, (found) => {
    const own = found.targets.find(({ arn }) => isQueue(arn, ingest.url));
    const rivals = overlapping(found, ingest.url, own?.prefix ?? announced?.prefix ?? '');
    if (own !== undefined) {
      if (rivals.length === 0) return { status: 'ok', seen: 'The bucket tells the ingest queue of each new object.' };
      return {
        status: 'look',
        seen: `The bucket tells the ingest queue, and for overlapping keys also ${names(rivals)}.`,
        todo: `S3 refuses the next change of such a pair. Set ${EVENTBRIDGE}, which goes beside any other, and deploy again.`,
      };
    }
    if (found.eventBridge && announced?.by !== 'bucket') return { status: 'ok', seen: 'The bucket tells EventBridge of each new object.' };
    const others = rivals.length === 0 ? '' : ` It tells ${names(rivals)}.`;
    if (announced?.by === 'eventbridge')
      return { status: 'broken', seen: `The bucket does not tell EventBridge of its objects: nothing arrives.${others}`, todo: TURN_ON };
    return {
      status: 'broken',
      seen: `The bucket does not tell the ingest queue of its objects: nothing arrives.${others}`,
      todo: `Someone has replaced the notifications of the bucket since the deploy. ${rivals.length === 0 ? 'Deploy again.' : `Set ${EVENTBRIDGE}, which goes beside any other, and deploy again.`}`,
    };
  });
}

/** Whether the announcements that a deploy counts on can be had from the bucket; null where it asks for none. */
export function notificationsFit({ source, notifications, account, ingestQueue }: DeployFacts): Check | null {
  if (source.kind !== 'bucket' || notifications === null) return null;
  const { bucket, prefix, notify } = source;
  return judge(TOPIC, notifications, (found): Verdict => {
    if (notify === 'eventbridge') {
      if (found.eventBridge) return { status: 'ok', seen: `${bucket} tells EventBridge, which goes beside any other notification.` };
      return { status: 'broken', seen: `${bucket} does not tell EventBridge of its objects: nothing would arrive.`, todo: TURN_ON };
    }
    const rivals = overlapping(found, `${account}/${ingestQueue}`, prefix);
    if (rivals.length === 0) return { status: 'ok', seen: `No notification of ${bucket} overlaps with "${prefix}".` };
    return {
      status: 'broken',
      seen: `${bucket} already tells ${names(rivals)} of objects that overlap with "${prefix}": S3 refuses a second such notification, and the deploy would fail.`,
      todo: `Set ${EVENTBRIDGE}, which goes beside any other.`,
    };
  });
}

/** Notifications of created objects, to others than our queue, whose keys overlap with a prefix. */
function overlapping({ targets }: BucketNotifications, queue: string, prefix: string): readonly NotificationTarget[] {
  return targets.filter(
    (target) =>
      !isQueue(target.arn, queue) &&
      target.events.some((event) => event.startsWith('s3:ObjectCreated:')) &&
      (target.prefix.startsWith(prefix) || prefix.startsWith(target.prefix)),
  );
}

/** Whether an ARN and a URL (`https://sqs.<region>.amazonaws.com/<account>/<name>`), or the end of one, are of one queue. */
function isQueue(arn: string, url: string): boolean {
  const [account, name] = url.split('/').slice(-2);
  return name !== undefined && arn.includes(':sqs:') && arn.endsWith(`:${account}:${name}`);
}

function names(targets: readonly NotificationTarget[]): string {
  return listed(targets.map(({ arn, prefix }) => `${arn}${prefix === '' ? '' : ` ("${prefix}")`}`));
}
