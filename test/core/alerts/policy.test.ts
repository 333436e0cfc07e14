import { decide } from '../../../core/alerts/policy.ts';
import type { Channel, Receipt, Told } from '../../../core/alerts/receipt.ts';
import type { AlertItem } from '../../../core/incidents/item.ts';
import { item, NOON, summary } from './made-item.ts';

function told(more: Partial<Told> = {}): Told {
  return { version: 1, at: NOON, level: 'high', risk: 82, tactics: ['persistence'], detectors: ['rule:0'], ...more };
}

function receipt(status: Receipt['status'], version = 1, known: Told | null = status === 'sent' ? told({ version }) : null): Receipt {
  return { version, at: NOON, status, level: 'high', tactics: ['persistence'], detail: '', ...(known === null ? {} : { told: known }) };
}

const second = item({ version: 2 });

test.each<[string, Channel, AlertItem, Receipt | undefined, string]>([
  ['the first version', 'email', item(), undefined, 'send'],
  ['the first version', 'securityhub', item(), undefined, 'send'],
  ['a version that has its receipt', 'email', item(), receipt('sent'), 'done'],
  ['a version that has its receipt', 'securityhub', item(), receipt('sent'), 'done'],
  ['an older version than was told of', 'email', second, receipt('sent', 3), 'done'],
  ['an older version than was told of', 'securityhub', second, receipt('sent', 3), 'done'],
  ['a version that was refused', 'email', item(), receipt('failed'), 'done'],
  ['a version that met a hub that was off', 'securityhub', item(), receipt('off'), 'done'],

  ['a further version without a higher level or a new tactic', 'email', second, receipt('sent'), 'quiet'],
  ['a further version without a higher level or a new tactic', 'securityhub', second, receipt('sent'), 'send'],
  ['a level that rose', 'email', item({ version: 2, level: 'critical', risk: 95 }), receipt('sent'), 'send'],
  [
    'a level that fell, but not below the threshold',
    'email',
    item({ version: 2 }),
    receipt('sent', 1, told({ level: 'critical' })),
    'quiet',
  ],
  ['a new tactic', 'email', item({ version: 2, tactics: ['persistence', 'impact'] }), receipt('sent'), 'send'],
  ['a tactic less', 'email', item({ version: 2, tactics: [] }), receipt('sent'), 'quiet'],
  [
    'a level that rose since the last mail, though not since the last receipt',
    'email',
    item({ version: 3, level: 'critical' }),
    receipt('quiet', 2, told()),
    'send',
  ],
  ['a tactic that the last mail told of, before a quiet version', 'email', item({ version: 3 }), receipt('quiet', 2, told()), 'quiet'],
  ['a version after one that was refused', 'email', second, receipt('failed'), 'send'],
  ['a version after one that was refused, once told of before', 'email', item({ version: 3 }), receipt('failed', 2, told()), 'quiet'],
  ['a version after one that met a hub that was off', 'securityhub', second, receipt('off'), 'send'],

  ['a level below the threshold', 'email', item({ level: 'medium' }), undefined, 'none'],
  ['a level below the threshold', 'securityhub', item({ level: 'medium' }), undefined, 'none'],
  ['a level that fell below the threshold', 'email', item({ version: 2, level: 'medium' }), receipt('sent'), 'quiet'],
  ['a level that fell below the threshold', 'securityhub', item({ version: 2, level: 'medium' }), receipt('sent'), 'quiet'],

  ['a resolved incident that was told of', 'email', item({ version: 2, status: 'resolved' }), receipt('sent'), 'quiet'],
  ['a resolved incident that was told of', 'securityhub', item({ version: 2, status: 'resolved' }), receipt('sent'), 'send'],
  [
    'a resolved incident whose level rose at the end',
    'email',
    item({ version: 2, status: 'resolved', level: 'critical' }),
    receipt('sent'),
    'quiet',
  ],
  ['a resolved incident that nobody was told of', 'email', item({ version: 2, status: 'resolved' }), receipt('failed'), 'send'],
  ['a resolved incident that nobody was told of', 'securityhub', item({ version: 2, status: 'resolved' }), undefined, 'send'],
  [
    'a resolved incident below the threshold that was told of',
    'email',
    item({ version: 2, status: 'resolved', level: 'low' }),
    receipt('sent'),
    'quiet',
  ],
  [
    'a resolved incident below the threshold that was told of',
    'securityhub',
    item({ version: 2, status: 'resolved', level: 'low' }),
    receipt('sent'),
    'send',
  ],
  [
    'a resolved incident below the threshold that the hub never had',
    'securityhub',
    item({ version: 2, status: 'resolved', level: 'low' }),
    receipt('off'),
    'quiet',
  ],
  ['a resolved incident below the threshold', 'securityhub', item({ status: 'resolved', level: 'low' }), undefined, 'none'],

  ['an incident from a backfill', 'email', item({ backfill: true }), undefined, 'quiet'],
  ['an incident from a backfill', 'securityhub', item({ backfill: true }), undefined, 'send'],
  ['an incident from a backfill below the threshold', 'email', item({ backfill: true, level: 'low' }), undefined, 'none'],
  ['an incident from a backfill that has gone live', 'email', item({ version: 2, backfill: false }), receipt('quiet'), 'send'],

  ['the summary of a backfill', 'email', summary(), undefined, 'send'],
  ['the summary of a backfill', 'securityhub', summary(), undefined, 'none'],
  [
    'the summary of a backfill, told again',
    'email',
    summary({ version: 2 }),
    receipt('sent', 1, told({ level: '', tactics: [] })),
    'quiet',
  ],
  ['the summary of a backfill after a refusal', 'email', summary({ version: 2 }), receipt('failed'), 'send'],
])('%s, by %s: %#', (_name, channel, told, last, verdict) => {
  expect(decide(channel, told, 'high', last).verdict).toBe(verdict);
});

test('a decision to tell or not says why, as a sentence', () => {
  const said = [
    decide('email', item(), 'high', undefined),
    decide('email', second, 'high', receipt('sent')),
    decide('email', item({ version: 2, tactics: ['impact'] }), 'high', receipt('sent')),
    decide('securityhub', item({ version: 2, level: 'low' }), 'high', receipt('sent')),
  ].map((decision) => ('why' in decision ? decision.why : ''));
  expect(said).toEqual([
    'It was not told of before.',
    'Neither a higher level nor a new tactic.',
    'It has taken to impact.',
    'The level low lies below the threshold high.',
  ]);
});
