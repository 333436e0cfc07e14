import { type DoctorFacts, seen } from '../../../core/doctor/facts.ts';
import { judged } from './judged.ts';
import { DAY, denied, HOUR, ledger, MINUTE, NOW, queue, stack, trail } from './made-facts.ts';

type Row = [name: string, over: Partial<DoctorFacts>, status: string, told: RegExp];

function table(id: string, rows: readonly Row[]): void {
  test.each(rows)(`${id}: %s`, (_name, over, status, told) => {
    const check = judged(id, over);
    expect(check?.status).toBe(status);
    expect(`${check?.seen} ${check?.todo}`).toMatch(told);
  });
}

const young = {
  data: seen(stack('Data')),
  pipeline: seen(stack('Pipeline', { changed: NOW - 4 * MINUTE })),
  monitoring: seen(stack('Monitoring')),
};
const delivered = (ago: number) => seen([trail({ delivered: NOW - ago })]);

table('schedule', [
  ['ran lately', {}, 'ok', /Last run 4 minutes ago; one is due every 5 minutes/],
  ['ran within three schedules', { ledger: ledger({ tick: NOW - 19 * MINUTE }) }, 'ok', /19 minutes ago/],
  ['is overdue', { ledger: ledger({ tick: NOW - 25 * MINUTE }) }, 'broken', /25 minutes ago.*EventBridge Scheduler/],
  ['is slow by configuration', { scheduleMinutes: 60, ledger: ledger({ tick: NOW - 100 * MINUTE }) }, 'ok', /every 60 minutes/],
  ['is not known', { scheduleMinutes: null, ledger: ledger({ tick: NOW - 100 * MINUTE }) }, 'ok', /^Last run 1 hour ago\. /],
  ['never ran, the deploy being young', { ledger: seen(null), stacks: young }, 'look', /No run yet/],
  ['never ran', { ledger: seen(null) }, 'broken', /No run yet.*log of the score function/],
  ['table denied', { ledger: denied('dynamodb:GetItem') }, 'unknown', /dynamodb:GetItem/],
]);

table('committed-runs', [
  ['lately', {}, 'ok', /Run 412 committed 4 minutes ago; all events up to 22 minutes ago are judged/],
  ['planned, not applied', { ledger: ledger({ planned: 413 }) }, 'look', /Run 413 is planned and not applied yet/],
  [
    'quiet with the trail',
    { ledger: ledger({ committed: NOW - 9 * HOUR, watermark: NOW - 9 * HOUR }), trails: delivered(10 * HOUR) },
    'ok',
    /9 hours ago/,
  ],
  [
    'a run has looked since the delivery and found nothing',
    { ledger: ledger({ committed: NOW - HOUR, tick: NOW - MINUTE }), trails: delivered(30 * MINUTE) },
    'broken',
    /Yet the trail delivered 30 minutes ago/,
  ],
  [
    'a delivery that no run could have seen',
    { ledger: ledger({ committed: NOW - HOUR }), trails: delivered(3 * MINUTE) },
    'ok',
    /1 hour ago/,
  ],
  [
    'an active trail, and nothing for hours',
    { ledger: ledger({ committed: NOW - 5 * HOUR }), trails: delivered(3 * MINUTE) },
    'broken',
    /does not come through/,
  ],
  [
    'runs that fail explain it',
    { ledger: ledger({ committed: NOW - 5 * HOUR, failure: { text: 'No.', at: NOW } }), trails: delivered(3 * MINUTE) },
    'ok',
    /5 hours ago/,
  ],
  [
    'far behind',
    { ledger: ledger({ watermark: NOW - 2 * DAY }) },
    'look',
    /all events up to 2 days ago are judged\. The trail delivers newer ones/,
  ],
  [
    'none yet, the trail being young',
    { ledger: ledger({ committed: 0, applied: 0, planned: 0, watermark: 0 }), trails: delivered(2 * MINUTE), stacks: young },
    'look',
    /No run has committed yet/,
  ],
  [
    'none yet, though the trail delivers',
    { ledger: ledger({ committed: 0, applied: 0, planned: 0, watermark: 0 }) },
    'broken',
    /No run has committed yet.*delivered 3 minutes ago/,
  ],
  ['nothing to compare with', { ledger: ledger({ committed: NOW - 5 * HOUR }), source: seen({ kind: 'announced' }) }, 'ok', /5 hours ago/],
]);

table('run-failure', [
  ['none', {}, 'ok', /None\./],
  [
    'now',
    { ledger: ledger({ tick: NOW - MINUTE, failure: { text: 'A batch is broken.', at: NOW - MINUTE } }) },
    'broken',
    /1 minute ago: A batch is broken\./,
  ],
  ['in the past', { ledger: ledger({ failure: { text: 'A batch is broken.', at: NOW - HOUR } }) }, 'ok', /Runs since then succeeded/],
]);

table('pending-batches', [
  ['none', { pending: seen({ count: 0, more: false, oldest: null }) }, 'ok', /None waits/],
  ['one, new', { pending: seen({ count: 1, more: false, oldest: NOW - MINUTE }) }, 'ok', /1 waits, the oldest for 1 minute/],
  ['many, worked off', { pending: seen({ count: 10_000, more: true, oldest: NOW - HOUR }) }, 'look', /More than 10,000 wait.*worked off/],
  [
    'many, and no run takes them',
    { pending: seen({ count: 12, more: false, oldest: NOW - HOUR }), ledger: ledger({ committed: NOW - 3 * HOUR }) },
    'broken',
    /No run takes them/,
  ],
]);

table('memory', [
  ['live', {}, 'ok', /^Live/],
  ['not live', { ledger: ledger({ live: false }) }, 'ok', /^Not live yet/],
  ['live, having waited', { waitsForBackfill: true }, 'ok', /^Live/],
  [
    'waiting for a backfill',
    { waitsForBackfill: true, ledger: ledger({ live: false }) },
    'look',
    /nobody is told of live events\. Put history on the queue \(npx trailwarden backfill/,
  ],
]);

table('ingest-queue', [
  ['some', {}, 'ok', /3 objects waiting, 10 in work/],
  ['a backlog', { ingest: queue('ingest', { waiting: 20_000 }) }, 'look', /20,000 objects waiting/],
]);

const DLQS = ['ingest-dlq', 'alert-dlq', 'schedule-dlq'] as const;
const KEYS = { 'ingest-dlq': 'ingestDlq', 'alert-dlq': 'alertDlq', 'schedule-dlq': 'scheduleDlq' } as const;

test.each(DLQS)('%s: empty is ok, a message is broken whether it waits or is in work', (id) => {
  expect(judged(id, {})).toMatchObject({ status: 'ok', seen: 'Empty.' });
  for (const over of [{ waiting: 1 }, { inWork: 1 }]) {
    const check = judged(id, { [KEYS[id]]: queue(id, over) });
    expect(check).toMatchObject({ status: 'broken', seen: expect.stringMatching(/^1 message: /) });
    expect(check?.commands?.every((command) => command.startsWith('aws --region eu-west-1 '))).toBe(true);
  }
});
