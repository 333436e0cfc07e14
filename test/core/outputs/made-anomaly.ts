import type { Anomaly } from '../../../core/anomalies/anomaly.ts';

export function anomaly(more: Partial<Anomaly> = {}): Anomaly {
  const time = Date.UTC(2026, 8, 15, 7, 32, 23);
  return {
    detector: 'anomaly:first-seen:region',
    entity: { kind: 'principal', name: 'arn:aws:iam::111122223333:user/alice' },
    title: 'New region for a principal',
    text: 'user/alice called s3:ListBuckets in us-east-1, a region that it had not used in the 18 days before.',
    level: 'low',
    confidence: 1,
    tactics: ['defense-evasion'],
    techniques: ['T1535'],
    time,
    window: [time, time],
    observed: 'us-east-1',
    expected: 'eu-west-1',
    score: 18,
    reasons: ['Known are eu-west-1.', 'The call succeeded.'],
    principal: 'arn:aws:iam::111122223333:user/alice',
    roleTag: 'developer',
    account: '111122223333',
    region: 'us-east-1',
    address: '198.51.100.7',
    eventID: '00000002-1111-4222-8333-444455556666',
    cause: ['a'],
    ...more,
  };
}
