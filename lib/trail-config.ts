import * as v from 'valibot';

/** A trail of our own, with its bucket. */
export interface CreatedTrail {
  readonly create: true;
  /** Id of the organization whose accounts it covers; without one it covers this account. */
  readonly organization?: string | undefined;
  readonly kmsKeyArn?: string | undefined;
}

/** A bucket of this account that a trail already writes into. */
export interface ExistingBucket {
  readonly bucket: string;
  /** Beginning of the keys that are read, ending in `/`. */
  readonly prefix: string;
  /** How new objects are announced: by the bucket's own notifications, or through EventBridge. */
  readonly notify: 'bucket' | 'eventbridge';
  readonly kmsKeyArn?: string | undefined;
}

interface Announced {
  /** Buckets whose objects are announced. */
  readonly buckets: readonly string[];
  readonly kmsKeyArns: readonly string[];
}

/** Objects that a queue announces, of this account or of another. */
export interface AnnouncingQueue extends Announced {
  readonly queueArn: string;
}

/** Objects that a topic announces, of this account or of another. */
export interface AnnouncingTopic extends Announced {
  readonly topicArn: string;
}

export type TrailConfig = CreatedTrail | ExistingBucket | AnnouncingQueue | AnnouncingTopic;

/** The one key that makes each kind of source, and the keys that belong to it. */
const KINDS = {
  create: ['organization', 'kmsKeyArn'],
  bucket: ['prefix', 'notify', 'kmsKeyArn'],
  queueArn: ['buckets', 'kmsKeyArns'],
  topicArn: ['buckets', 'kmsKeyArns'],
} as const;
type Kind = keyof typeof KINDS;
const KIND_NAMES = Object.keys(KINDS) as Kind[];

const LOGS = 'AWSLogs/';

const matching = (pattern: RegExp, expected: string) =>
  v.pipe(
    v.string(),
    v.check((text) => pattern.test(text), expected),
  );

const REGION = /^[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}$/;
export const region = matching(REGION, 'a region such as "eu-west-1"');

/** ARN of a service, in any partition and region. */
const arn = (service: string, resource: string) => new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]+:\\d{12}:${resource}$`);
const keyArn = matching(
  arn('kms', 'key/[A-Za-z0-9-]+'),
  'the ARN of a KMS key (not of an alias), such as "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"',
);
const bucketName = matching(/^(?!xn--)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of a bucket (not its ARN or address)');

const given = v.strictObject({
  create: v.optional(v.pipe(v.literal(true), v.description('Creates a multi-region trail with log file validation, and its bucket.'))),
  organization: v.optional(
    v.pipe(
      matching(/^o-[a-z0-9]{10,32}$/, 'the id of an organization such as "o-exampleorgid"'),
      v.description('With "create": id of the organization whose accounts the trail shall cover; deploy into its management account.'),
    ),
  ),
  bucket: v.optional(v.pipe(bucketName, v.description('Bucket of this account and region that a trail already writes into.'))),
  prefix: v.optional(
    v.pipe(
      matching(/^(?:[^/\s]+\/)+$/, 'the beginning of keys, ending in "/", such as "AWSLogs/"'),
      v.description('With "bucket": beginning of the keys that are read. Default "AWSLogs/".'),
    ),
  ),
  notify: v.optional(
    v.pipe(
      v.picklist(['bucket', 'eventbridge']),
      v.description(
        'With "bucket": how new objects are announced. "bucket" (default) adds a notification to it; "eventbridge" uses the events of a bucket that sends them, where another notification stands in the way.',
      ),
    ),
  ),
  kmsKeyArn: v.optional(
    v.pipe(keyArn, v.description('With "create" or "bucket": key that the logs are encrypted with, where it is one of your own.')),
  ),
  queueArn: v.optional(
    v.pipe(
      matching(arn('sqs', '[A-Za-z0-9_-]{1,80}'), 'the ARN of a standard queue such as "arn:aws:sqs:eu-west-1:111122223333:trail-objects"'),
      v.description('Queue that announces the objects of a log-archive account; Trailwarden must be its only reader.'),
    ),
  ),
  topicArn: v.optional(
    v.pipe(
      matching(
        arn('sns', '[A-Za-z0-9_-]{1,256}'),
        'the ARN of a standard topic such as "arn:aws:sns:eu-west-1:111122223333:trail-objects"',
      ),
      v.description('Topic that announces the objects of a log-archive account.'),
    ),
  ),
  buckets: v.optional(
    v.pipe(v.array(bucketName), v.minLength(1), v.description('With "queueArn" or "topicArn": buckets whose objects are announced.')),
  ),
  kmsKeyArns: v.optional(
    v.pipe(
      v.array(keyArn),
      v.description('With "queueArn" or "topicArn": keys that the announced objects, or the queue, are encrypted with.'),
    ),
  ),
});
type Given = v.InferOutput<typeof given>;

/** The section `deploy.trail`: keys that make exactly one kind of source. */
export const trail = v.pipe(
  given,
  v.rawCheck(({ dataset, addIssue }) => {
    if (dataset.typed) for (const message of complaints(dataset.value)) addIssue({ message });
  }),
  v.description('Where the logs come from: exactly one of "create", "bucket", "queueArn" and "topicArn", with what belongs to it.'),
  v.transform(sourceOf),
);

function complaints(value: Given): string[] {
  const kinds = KIND_NAMES.filter((kind) => value[kind] !== undefined);
  const [kind] = kinds;
  if (kind === undefined) return [`says nothing of where the logs come from: give one of ${KIND_NAMES.join(', ')}.`];
  if (kinds.length > 1) return [`names ${kinds.join(' and ')}, but the logs come from one place: keep one of them.`];
  const belonging: readonly string[] = KINDS[kind];
  const strays = Object.keys(value).filter((key) => key !== kind && value[key as keyof Given] !== undefined && !belonging.includes(key));
  const lacks = (kind === 'queueArn' || kind === 'topicArn') && value.buckets === undefined;
  return [
    ...strays.map(
      (key) => `has "${key}", which does not belong to "${kind}": take it out. Known beside "${kind}": ${belonging.join(', ')}.`,
    ),
    ...(lacks ? [`has "${kind}", but no "buckets": name the buckets whose objects it announces, for the functions to be let in.`] : []),
  ];
}

function sourceOf({
  create,
  organization,
  bucket,
  prefix,
  notify,
  kmsKeyArn,
  queueArn,
  topicArn,
  buckets,
  kmsKeyArns,
}: Given): TrailConfig {
  if (create !== undefined) return { create, organization, kmsKeyArn };
  if (bucket !== undefined) return { bucket, prefix: prefix ?? LOGS, notify: notify ?? 'bucket', kmsKeyArn };
  const announced = { buckets: buckets ?? [], kmsKeyArns: kmsKeyArns ?? [] };
  // The check before has left exactly one kind.
  return queueArn === undefined ? { topicArn: topicArn as string, ...announced } : { queueArn, ...announced };
}

/** Sentences about a source that cannot be reached from a region: S3 announces objects, and queues wake functions, within one region only. */
export function crossCheck(source: TrailConfig, home: string): string[] {
  const arns = [
    ...('queueArn' in source ? [['trail.queueArn', source.queueArn]] : []),
    ...('topicArn' in source ? [['trail.topicArn', source.topicArn]] : []),
    ...('kmsKeyArn' in source && source.kmsKeyArn !== undefined ? [['trail.kmsKeyArn', source.kmsKeyArn]] : []),
    ...('kmsKeyArns' in source ? source.kmsKeyArns.map((one, i) => [`trail.kmsKeyArns.${i}`, one]) : []),
  ] as [string, string][];
  return arns
    .map(([key, text]) => [key, text.split(':')[3] as string] as const)
    .filter(([, its]) => its !== home)
    .map(([key, its]) => `has the region ${home}, but its ${key} lies in ${its}: deploy into the region where the logs lie.`);
}
