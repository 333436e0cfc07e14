import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { FunctionName } from '../functions.ts';
import { count, largest, oldest, waiting } from '../metrics.ts';

export interface Watched {
  readonly functions: Readonly<Record<FunctionName, IFunction>>;
  readonly ingestQueueName: string;
  readonly ingestDlqName: string;
  readonly alertDlqName: string;
  readonly scheduleDlqName: string;
  /** How often score runs. */
  readonly every: Duration;
}

interface AlarmsProps extends Watched {
  readonly prefix: string;
  readonly topic: ITopic;
}

interface AlarmSpec {
  readonly metric: IMetric;
  /** What it means and what to do. */
  readonly description: string;
  readonly threshold: number;
  readonly comparison?: ComparisonOperator;
  /** Periods looked at, and how many of them must be bad. @default [1, 1] */
  readonly periods?: readonly [of: number, bad: number];
  readonly missing?: TreatMissingData;
}

const FIVE_MINUTES = Duration.minutes(5);
const HOUR = Duration.hours(1);
const { GREATER_THAN_THRESHOLD, LESS_THAN_OR_EQUAL_TO_THRESHOLD, GREATER_THAN_OR_EQUAL_TO_THRESHOLD } = ComparisonOperator;

/** Each way in which the pipeline can fail to see or to tell. */
export class Alarms extends Construct {
  readonly all: readonly Alarm[];

  constructor(scope: Construct, id: string, { prefix, topic, ...watched }: AlarmsProps) {
    super(scope, id);
    const action = new SnsAction(topic);
    this.all = Object.entries({ ...inputAlarms(watched), ...runAlarms(watched), ...outputAlarms(watched) }).map(([name, spec]) => {
      const [evaluationPeriods, datapointsToAlarm] = spec.periods ?? [1, 1];
      const alarm = new Alarm(this, name, {
        alarmName: `${prefix}-${name}`,
        alarmDescription: spec.description,
        metric: spec.metric,
        threshold: spec.threshold,
        comparisonOperator: spec.comparison ?? GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluationPeriods,
        datapointsToAlarm,
        treatMissingData: spec.missing ?? TreatMissingData.NOT_BREACHING,
      });
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
      return alarm;
    });
  }
}

function inputAlarms({ ingestDlqName, ingestQueueName, every }: Watched): Record<string, AlarmSpec> {
  return {
    IngestDlqNotEmpty: {
      metric: waiting(ingestDlqName, FIVE_MINUTES),
      threshold: 1,
      description:
        'Objects of the trail could not be read after five tries, so their records are missing. The log of the parse function and "npx trailwarden doctor" tell the reason (often access to the bucket or its key). Mend it, then redrive the dead-letter queue to the ingest queue.',
    },
    OldestMessage: {
      metric: oldest(ingestQueueName, FIVE_MINUTES),
      threshold: HOUR.toSeconds(),
      periods: [3, 3],
      description:
        'An object of the trail has waited for an hour to be read. Look at the errors and throttles of the parse function; after a large backfill, wait. Nothing is lost for 14 days.',
    },
    Silence: {
      metric: count('score', 'LiveRecords', HOUR),
      threshold: 0,
      comparison: LESS_THAN_OR_EQUAL_TO_THRESHOLD,
      missing: TreatMissingData.BREACHING,
      description:
        'No record has come for an hour, those of backfills apart. Someone may have stopped the trail, or changed its bucket, its notification or its key. Check in CloudTrail that it is logging, then run "npx trailwarden doctor". Right after the first deployment this ends by itself.',
    },
    DeliveryLag: {
      metric: largest('score', 'DeliverySeconds', longerOf(5, every.toMinutes())),
      threshold: HOUR.toSeconds(),
      comparison: GREATER_THAN_THRESHOLD,
      periods: [3, 3],
      // Where nothing came, nothing is known of how late it is.
      missing: TreatMissingData.IGNORE,
      description:
        'CloudTrail delivers records over an hour after they happened, where five minutes are usual. Look at the AWS Health dashboard; alerts come late until it ends.',
    },
    Rejects: {
      metric: sum('Records and files refused', HOUR, { a: count('score', 'Rejects', HOUR), b: count('parse', 'FileRejects', HOUR) }),
      threshold: 1,
      description:
        'Records or whole files could not be understood, and were left out. The log of the parse function names each with its reason. Something other than CloudTrail may be writing into the bucket.',
    },
  };
}

function runAlarms({ functions, every, scheduleDlqName }: Watched): Record<string, AlarmSpec> {
  return {
    ScoreFailed: {
      metric: sum('Failed runs', every, { a: functions.score.metricErrors({ period: every }), b: count('score', 'RunFailures', every) }),
      threshold: 1,
      periods: [3, 2],
      description:
        'Runs of the score function fail. Nothing is lost, the next run takes over what is left, but nothing new is seen until one succeeds. "npx trailwarden doctor" and the log of the score function tell the reason.',
    },
    ScoreStuck: {
      // The lease of a run that crashed outlasts a short schedule: until it ends no other can.
      metric: count('score', 'Runs', longerOf(15, 3 * every.toMinutes())),
      threshold: 0,
      comparison: LESS_THAN_OR_EQUAL_TO_THRESHOLD,
      missing: TreatMissingData.BREACHING,
      description:
        'No run of the score function has ended for three schedules, and a quarter of an hour at least. Check that the schedule is enabled and look at the log of the score function. Right after the first deployment this ends by itself.',
    },
    RunsBehind: {
      metric: largest('score', 'LagSeconds', every),
      threshold: Math.max(30, 6 * every.toMinutes()) * 60,
      comparison: GREATER_THAN_THRESHOLD,
      periods: [3, 3],
      description:
        'Batches wait too long for the score function. After a backfill, wait. Else give it more memory (deploy.memory.score) or look for failing runs.',
    },
    PutsRefused: {
      metric: count('score', 'PutsRefused', FIVE_MINUTES),
      threshold: 1,
      description:
        "DynamoDB refused to store an incident or a roll-up for good; it was left out. The score function's log names it: please report this as a bug.",
    },
    ScheduleDlqNotEmpty: {
      metric: waiting(scheduleDlqName, FIVE_MINUTES),
      threshold: 1,
      description:
        'The schedule could not call the score function. The message attributes in the dead-letter queue tell the reason (often a role or function changed by hand). Deploy again, then purge the queue.',
    },
    Throttles: {
      metric: sum('Throttles', FIVE_MINUTES, {
        a: functions.parse.metricThrottles({ period: FIVE_MINUTES }),
        b: functions.score.metricThrottles({ period: FIVE_MINUTES }),
        c: functions.alert.metricThrottles({ period: FIVE_MINUTES }),
      }),
      threshold: 1,
      periods: [6, 3],
      description:
        'Lambda held back the functions: the concurrency of the account is used up. Ask for a higher quota of concurrent executions, or find out what else uses it. Nothing is lost, but all comes late.',
    },
  };
}

function outputAlarms({ functions, alertDlqName }: Watched): Record<string, AlarmSpec> {
  return {
    SecurityHubOff: {
      metric: count('alert', 'HubOff', FIVE_MINUTES),
      threshold: 1,
      description:
        'Security Hub takes no findings: it is not enabled in this account and region. Enable it, or set deploy.alerts.securityHub to false. This is told once; findings are tried again with the next version of each incident.',
    },
    AlertDlqNotEmpty: {
      metric: waiting(alertDlqName, FIVE_MINUTES),
      threshold: 1,
      description:
        'The alert function gave up on some incidents for now; score rings for them again, at first after 15 minutes, then ever later, once a day in the end. Its log and "npx trailwarden doctor" tell the reason. Purge the queue once it is mended: it holds no content.',
    },
    AlertFailures: {
      metric: sum('Failed alerts', FIVE_MINUTES, {
        a: functions.alert.metricErrors({ period: FIVE_MINUTES }),
        b: count('alert', 'AlertFailures', FIVE_MINUTES),
      }),
      threshold: 1,
      description:
        'Mails or findings could not be sent. Check that the sender is verified and out of the SES sandbox, and that Security Hub is on: "npx trailwarden doctor" tells which. What waits for that is tried again, at first after 15 minutes, then ever later, once a day in the end. What was refused for good goes out with the next version of its incident only, and a recipient whom SES did not accept while others got the mail does not get it later: the log of the alert function names them.',
    },
  };
}

function longerOf(minutes: number, others: number): Duration {
  return Duration.minutes(Math.max(minutes, others));
}

/** A sum in which what was not reported counts as 0. */
function sum(label: string, period: Duration, usingMetrics: Record<string, IMetric>): MathExpression {
  const expression = Object.keys(usingMetrics)
    .map((name) => `FILL(${name}, 0)`)
    .join(' + ');
  return new MathExpression({ label, period, expression, usingMetrics });
}
