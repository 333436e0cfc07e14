import {
  type DeployFacts,
  type DoctorFacts,
  type Fact,
  type Ledger,
  type Queue,
  type Stack,
  seen,
  type Trail,
} from '../../../core/doctor/facts.ts';

export const NOW = Date.parse('2026-11-25T10:00:00Z');
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const QUEUES = 'https://sqs.eu-west-1.amazonaws.com/111122223333';

export const denied = <T>(permission: string): Fact<T> => ({ kind: 'denied', permission });

export function stack(part: string, over: Partial<Stack> = {}): Stack {
  return { name: `Trailwarden-${part}`, status: 'UPDATE_COMPLETE', changed: NOW - 3 * DAY, outputs: {}, ...over };
}

export function trail(over: Partial<Omit<Trail, 'status'>> & Partial<Extract<Trail['status'], { kind: 'seen' }>['value']> = {}): Trail {
  const { logging = true, delivered = NOW - 3 * MINUTE, error = '', ...rest } = over;
  return {
    name: 'Trailwarden-trail',
    arn: `arn:aws:cloudtrail:eu-west-1:111122223333:trail/${rest.name ?? 'Trailwarden-trail'}`,
    bucket: 'example-trail',
    multiRegion: true,
    organization: false,
    status: seen({ logging, delivered, error }),
    management: seen('all'),
    ...rest,
  };
}

export function queue(name: string, over: Partial<Queue> = {}) {
  return { url: `${QUEUES}/${name}`, depth: seen({ arn: `arn:aws:sqs:eu-west-1:111122223333:${name}`, waiting: 0, inWork: 0, ...over }) };
}

export function ledger(over: Partial<Ledger> = {}): Fact<Ledger> {
  return seen({
    planned: 412,
    applied: 412,
    committed: NOW - 4 * MINUTE,
    watermark: NOW - 22 * MINUTE,
    tick: NOW - 4 * MINUTE,
    live: true,
    failure: null,
    ...over,
  });
}

/** A deployment in which everything works. */
export function facts(over: Partial<DoctorFacts> = {}): DoctorFacts {
  return {
    account: '111122223333',
    region: 'eu-west-1',
    stacks: { data: seen(stack('Data')), pipeline: seen(stack('Pipeline')), monitoring: seen(stack('Monitoring')) },
    functions: { parse: 'Trailwarden-parse', score: 'Trailwarden-score', alert: 'Trailwarden-alert' },
    scheduleMinutes: 5,
    waitsForBackfill: false,
    source: seen({ kind: 'created', trail: 'Trailwarden-trail' }),
    trails: seen([trail()]),
    notifications: null,
    announced: null,
    ingest: queue('ingest', { waiting: 3, inWork: 10 }),
    ingestDlq: queue('ingest-dlq'),
    alertDlq: queue('alert-dlq'),
    scheduleDlq: queue('schedule-dlq'),
    ledger: ledger(),
    pending: seen({ count: 2, more: false, oldest: NOW - 3 * MINUTE }),
    sender: { address: 'warden@example.com', identity: seen({ verified: true, by: 'example.com' }) },
    mailAccount: seen({ sandbox: false, sendingEnabled: true, enforcement: 'HEALTHY', most: 50_000, sent: 12 }),
    recipients: [{ address: 'security@example.com', identity: seen({ verified: true, by: 'example.com' }) }],
    hub: seen(true),
    channels: seen({
      email: { status: 'ok', since: NOW - 9 * DAY, detail: '', lastAt: NOW - 5 * HOUR },
      securityhub: { status: 'ok', since: NOW - 9 * DAY, detail: '', lastAt: NOW - 5 * HOUR },
    }),
    exceptions: null,
    ...over,
  };
}

/** What is asked before a first deploy that meets nothing. */
export function intended(over: Partial<DeployFacts> = {}): DeployFacts {
  return {
    account: '111122223333',
    region: 'eu-west-1',
    caller: seen('111122223333'),
    source: { kind: 'create' },
    waitForBackfill: false,
    trails: seen([]),
    ownTrail: 'Trailwarden-trail',
    ingestQueue: 'ingest',
    notifications: null,
    ...over,
  };
}
