import type { BackfillSummaryItem, IncidentItem } from '../../../core/incidents/item.ts';
import type { Detection } from '../../../core/incidents/model.ts';

export const HOME = { partition: 'aws', account: '111122223333', region: 'eu-central-1' } as const;
export const NOON = Date.UTC(2026, 10, 25, 12);
const MINUTE = 60_000;

export function detection(n: number, more: Partial<Detection> = {}): Detection {
  return {
    detector: `rule:${n}`,
    title: `Detector ${n}`,
    level: 'high',
    tactics: ['persistence'],
    techniques: ['T1098'],
    weight: 0.78,
    count: 1,
    first: NOON + n * MINUTE,
    last: NOON + n * MINUTE,
    action: 'iam.amazonaws.com:CreateAccessKey',
    eventID: `0f2a26f9-4f84-4d8f-9ca8-${String(n).padStart(12, '0')}`,
    account: '111122223333',
    region: 'eu-central-1',
    address: '198.51.100.7',
    errorCode: '',
    ...more,
  };
}

/** An incident of one detector, its first version. */
export function item(more: Partial<IncidentItem> = {}): IncidentItem {
  return {
    kind: 'incident',
    id: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
    principal: 'arn:aws:iam::111122223333:user/alice',
    roleTag: 'developer',
    status: 'open',
    level: 'high',
    risk: 82,
    opened: NOON,
    updated: NOON + 70 * MINUTE,
    tactics: ['persistence'],
    techniques: ['T1098'],
    accounts: ['111122223333'],
    regions: ['eu-central-1'],
    addresses: ['198.51.100.7'],
    reasons: [{ text: 'Detector 0', points: 82 }],
    detections: [detection(0)],
    signals: 1,
    top: { title: 'Detector 0', eventID: '0f2a26f9-4f84-4d8f-9ca8-000000000000', time: NOON },
    version: 1,
    versionAt: NOON + 80 * MINUTE,
    run: 12,
    backfill: false,
    signalIds: ['signal-0'],
    guidance: [{ detector: 'rule:0', title: 'Detector 0', text: 'Ask alice.', falsePositives: ['A rotation.'], references: [] }],
    ...more,
  };
}

/** An incident as it may come from a real intrusion. */
export function intrusion(more: Partial<IncidentItem> = {}): IncidentItem {
  return item({
    level: 'critical',
    risk: 93,
    opened: NOON,
    updated: NOON + 95 * MINUTE,
    tactics: ['initial-access', 'discovery', 'persistence', 'defense-evasion', 'exfiltration'],
    techniques: ['T1087.004', 'T1098.001', 'T1562.008', 'T1537'],
    accounts: ['111122223333', '444455556666'],
    regions: ['eu-central-1', 'us-east-1'],
    addresses: ['198.51.100.7', '203.0.113.42'],
    signals: 31,
    top: { title: 'Trail stopped or deleted', eventID: '0f2a26f9-4f84-4d8f-9ca8-000000000041', time: NOON + 41 * MINUTE },
    reasons: [
      { text: 'Trail stopped or deleted', points: 34 },
      { text: 'Snapshot shared with another account (2 times)', points: 27 },
      { text: 'Access key created for another user', points: 19 },
      { text: 'Sweep of account settings (27 times)', points: 9 },
      { text: 'Console sign-in without multi-factor authentication', points: 4 },
    ],
    detections: [
      detection(0, {
        title: 'Console sign-in without multi-factor authentication',
        level: 'medium',
        tactics: ['initial-access'],
        weight: 0.4,
        action: 'signin.amazonaws.com:ConsoleLogin',
        region: 'us-east-1',
      }),
      detection(3, {
        title: 'Sweep of account settings',
        level: 'medium',
        tactics: ['discovery'],
        weight: 0.45,
        count: 27,
        last: NOON + 11 * MINUTE,
        action: 'iam.amazonaws.com:GetAccountAuthorizationDetails',
        errorCode: 'AccessDenied',
      }),
      detection(22, { title: 'Access key created for another user', weight: 0.7 }),
      detection(41, {
        title: 'Trail stopped or deleted',
        level: 'critical',
        tactics: ['defense-evasion'],
        weight: 0.9,
        action: 'cloudtrail.amazonaws.com:StopLogging',
        address: '203.0.113.42',
      }),
      detection(88, {
        title: 'Snapshot shared with another account',
        tactics: ['exfiltration'],
        weight: 0.8,
        count: 2,
        last: NOON + 95 * MINUTE,
        action: 'ec2.amazonaws.com:ModifySnapshotAttribute',
        account: '444455556666',
        address: '203.0.113.42',
      }),
    ],
    guidance: [
      {
        detector: 'rule:41',
        title: 'Trail stopped or deleted',
        text: 'A trail no longer records, or its settings were changed so that it records less. Intruders do this first, so that nothing of the rest is seen. Start logging again, and read what the principal did in the hour before.',
        author: 'Trailwarden',
        falsePositives: ['Trails that are moved to an organization trail.'],
        references: [
          'https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_StopLogging.html',
          'https://attack.mitre.org/techniques/T1562/008/',
        ],
      },
      {
        detector: 'rule:88',
        title: 'Snapshot shared with another account',
        text: 'A disk snapshot can now be copied by an account that is not yours, with everything on the disk. Take the permission back, and treat the data as copied.',
        author: 'Jane Doe, Example Security',
        falsePositives: ['Backups that are kept in an account of their own.'],
        references: ['https://attack.mitre.org/techniques/T1537/'],
      },
      {
        detector: 'rule:22',
        title: 'Access key created for another user',
        text: 'A second key lets an intruder come back after the first is disabled. Disable the key, and ask its user.',
        author: 'Trailwarden',
        falsePositives: ['Administrators who set up users.'],
        references: [],
      },
    ],
    ...more,
  });
}

export function summary(more: Partial<BackfillSummaryItem> = {}): BackfillSummaryItem {
  return {
    kind: 'backfill-summary',
    id: 'backfill#2026-11-25T12-00-00Z',
    version: 1,
    versionAt: NOON,
    run: 40,
    objects: 12_345,
    records: 4_567_890,
    events: 4_500_000,
    incidents: [
      {
        id: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
        principal: 'arn:aws:iam::111122223333:user/alice',
        level: 'critical',
        risk: 93,
        opened: NOON,
        title: 'Trail stopped or deleted',
      },
      {
        id: '1b4e28ba-2fa1-41d2-883f-0016d3cca427',
        principal: 'arn:aws:iam::444455556666:role/deploy',
        level: 'high',
        risk: 74,
        opened: NOON - 86_400_000,
        title: 'Policy with full administration attached',
      },
    ],
    incidentCount: 2,
    ...more,
  };
}
