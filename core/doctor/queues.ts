import { type Check, judge, type Topic, type Verdict } from './check.ts';
import type { DoctorFacts, Queue, QueueAt } from './facts.ts';
import { countOf } from './words.ts';

/** Messages beyond this are a backlog: in normal days a trail brings some hundred between two looks. */
const BACKLOG = 1000;

/** The ingest queue, and the three queues for what could not be handled. */
export function queueChecks({ ingest, ingestDlq, alertDlq, scheduleDlq, functions }: DoctorFacts): Check[] {
  return [
    judge({ id: 'ingest-queue', group: 'Queues', title: 'Ingest queue' }, ingest.depth, (queue) => backlog(queue, functions.parse)),
    dead({ id: 'ingest-dlq', group: 'Queues', title: 'Ingest DLQ' }, ingestDlq, (queue) => ({
      status: 'broken',
      seen: `${countOf(queue.waiting + queue.inWork, 'message')}: objects that could not be read after all retries (access, KMS, throttling).`,
      todo: 'The log of the parse function names each object and the reason. Mend it, then move the messages back: what was read already is skipped.',
      commands: [...logOf(functions.parse), `aws sqs start-message-move-task --source-arn ${queue.arn}`],
    })),
    dead({ id: 'alert-dlq', group: 'Queues', title: 'Alert DLQ' }, alertDlq, (queue) => ({
      status: 'broken',
      seen: `${countOf(queue.waiting + queue.inWork, 'message')}: changes of incidents that the alert function failed at. The incidents themselves are safe, and each run rings for them again.`,
      todo: 'The log of the alert function tells the reason. Mend it, see "Last e-mail" and "Last finding" become ok, then empty the queue.',
      commands: [...logOf(functions.alert), `aws sqs purge-queue --queue-url ${alertDlq.url}`],
    })),
    dead({ id: 'schedule-dlq', group: 'Queues', title: 'Schedule DLQ' }, scheduleDlq, (queue) => ({
      status: 'broken',
      seen: `${countOf(queue.waiting + queue.inWork, 'message')}: ticks that could not reach the score function. The next tick does their work.`,
      todo: 'Was the function or its role deleted, or throttled? If "Schedule" is ok it is over: empty the queue.',
      commands: [`aws sqs purge-queue --queue-url ${scheduleDlq.url}`],
    })),
  ];
}

function backlog({ waiting, inWork }: Queue, parse: string): Verdict {
  const seen = `${countOf(waiting, 'object')} waiting, ${inWork.toLocaleString('en-US')} in work.`;
  if (waiting <= BACKLOG) return { status: 'ok', seen };
  return {
    status: 'look',
    seen,
    todo: 'A backfill, or the parse function is behind. If the number does not sink, read its log.',
    commands: logOf(parse),
  };
}

function dead(topic: Topic, { depth }: QueueAt, verdict: (queue: Queue) => Verdict): Check {
  return judge(topic, depth, (queue) => (queue.waiting + queue.inWork === 0 ? { status: 'ok', seen: 'Empty.' } : verdict(queue)));
}

/** The command that prints what a function logged as errors and warnings, whatever its log group is called. */
export function logOf(name: string): string[] {
  if (name === '') return [];
  const group = `aws lambda get-function-configuration --function-name ${name} --query LoggingConfig.LogGroup --output text`;
  return [`aws logs tail "$(${group})" --since 1d --filter-pattern '?ERROR ?WARN'`];
}
