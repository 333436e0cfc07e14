import type { Template } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { SOURCES, type Synthesized, synthesize } from './synth.ts';
import { resources, type Statement, statements } from './template.ts';

const ALERTS = { sender: 'trailwarden@example.com', recipients: ['security@example.com'], identity: 'existing' };
const cases: [string, Synthesized][] = Object.entries(SOURCES).map(([name, trail]) => [name, synthesize({ trail, alerts: ALERTS })]);

const templatesOf = ({ data, pipeline, monitoring }: Synthesized): Template[] => [data, pipeline, monitoring];
const allowed = (synthesized: Synthesized): Statement[] =>
  templatesOf(synthesized)
    .flatMap(statements)
    .filter(({ effect }) => effect === 'Allow');

/** Where `*` may stand for a resource, and why. */
const ANY_RESOURCE: readonly { readonly why: string; readonly fits: (one: Statement) => boolean }[] = [
  { why: 'In the policy of a key, "*" is that key.', fits: ({ type }) => type === 'AWS::KMS::Key' },
];

/** Where `*` may stand in a resource, and why. */
const PARTS: readonly { readonly why: string; readonly pattern: RegExp }[] = [
  {
    why: 'Objects of the trail are named by CloudTrail.',
    pattern: /^arn::s3:::(trailwarden-trail-111122223333-eu-west-1|example-trail|example-archive|example-archive-2)\/([A-Za-z]+\/)*\*$/,
  },
  { why: 'Objects of the batch bucket are named as they come.', pattern: /^<BatchBucket\.Arn>\/(pending|runs|memory)\/\*$/ },
  { why: 'A configuration set that SES alone knows.', pattern: /^arn::ses:eu-west-1:111122223333:configuration-set\/\*$/ },
  {
    why: 'CloudTrail writes into the folder of the account or organization.',
    pattern: /^<TrailCreatedBucket[0-9A-F]{8}\.Arn>\/AWSLogs\/(111122223333|o-exampleorgid)\/\*$/,
  },
  { why: 'S3 names the access logs.', pattern: /^<TrailCreatedBucketAccessLogs[0-9A-F]{8}\.Arn>\/\*$/ },
];

describe.each(cases)('logs from %s', (_name, synthesized) => {
  test('no action is a wildcard', () => {
    const broad = allowed(synthesized).filter(({ actions }) => actions.some((action) => action.includes('*')));
    // The account administers its own key: without that, no one could.
    expect(broad.map(({ type, actions, principal }) => [type, actions, principal])).toEqual([
      ['AWS::KMS::Key', ['kms:*'], { AWS: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::111122223333:root']] } }],
    ]);
  });

  test('"*" is a resource only where nothing else can stand', () => {
    const broad = allowed(synthesized).filter((one) => one.resources.includes('*') && !ANY_RESOURCE.some(({ fits }) => fits(one)));
    expect(broad).toEqual([]);
  });

  test('wildcards in resources are known', () => {
    const parts = allowed(synthesized).flatMap((one) => one.resources.filter((text) => text !== '*' && text.includes('*')));
    expect(parts.length).toBeGreaterThan(4);
    expect(parts.filter((text) => !PARTS.some(({ pattern }) => pattern.test(text)))).toEqual([]);
  });

  test('no one else is let in, and services only on behalf of what is named', () => {
    const outside = allowed(synthesized).filter(
      ({ type, principal }) => type !== 'AWS::IAM::Policy' && JSON.stringify(principal).includes('Service'),
    );
    expect(outside.length).toBeGreaterThan(0);
    for (const { principal, conditions } of outside) {
      expect(Object.keys(principal as object)).toEqual(['Service']);
      const keys = Object.values(conditions).flatMap((one) => Object.keys(one));
      expect(keys.some((key) => key === 'aws:SourceArn' || key === 'aws:SourceAccount')).toBe(true);
    }
    const open = allowed(synthesized).filter(
      ({ principal }) => principal === '*' || (principal as { AWS?: unknown } | undefined)?.AWS === '*',
    );
    expect(open).toEqual([]);
  });

  test('roles have no managed policies and are taken up by one service each', () => {
    const roles = templatesOf(synthesized).flatMap((template) => Object.values(resources(template, 'AWS::IAM::Role')));
    expect(roles.length).toBeGreaterThanOrEqual(4);
    for (const { Properties } of roles) {
      expect(Properties.ManagedPolicyArns).toBeUndefined();
      expect(Properties.Policies).toBeUndefined();
      expect(Properties.AssumeRolePolicyDocument.Statement).toHaveLength(1);
      expect(Properties.AssumeRolePolicyDocument.Statement[0].Principal).toEqual({
        Service: expect.stringMatching(/^(lambda|scheduler)\.amazonaws\.com$/),
      });
    }
  });

  test('what is refused is refused to everyone', () => {
    const denials = templatesOf(synthesized)
      .flatMap(statements)
      .filter(({ effect }) => effect === 'Deny');
    expect(denials.length).toBeGreaterThan(5);
    for (const { principal } of denials) expect(['*', { AWS: '*' }]).toContainEqual(principal);
  });
});

test.each(['us-gov-west-1', 'cn-north-1', 'ap-southeast-2'])('nothing is tied to a partition or to another region: %s', (region) => {
  const texts = templatesOf(synthesize({ region })).map((template) => JSON.stringify(template.toJSON()));
  for (const text of texts) {
    expect(text).not.toMatch(/arn:aws/);
    const regions = new Set(
      text.match(
        /\b(?:af|ap|ca|cn|eu|il|me|mx|sa|us)(?:-gov)?-(?:central|east|north|northeast|northwest|south|southeast|southwest|west)-\d\b/g,
      ),
    );
    expect([...regions].filter((one) => one !== region)).toEqual([]);
  }
});

test('synthesis fails where a finding of cdk-nag has no reason', () => {
  const { app, stacks } = synthesize();
  new Bucket(stacks.data, 'Careless');
  expect(() => app.synth({ force: true })).toThrow(/AwsSolutions-S1[^0-9]/);
});
