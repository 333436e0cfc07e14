import { deployChecks } from '../../../core/doctor/doctor.ts';
import { type DeployFacts, type Fact, seen, unasked } from '../../../core/doctor/facts.ts';
import { doctorText } from '../../../core/outputs/doctor.ts';
import { denied, intended, NOW, trail } from './made-facts.ts';

const BUCKET = { kind: 'bucket', bucket: 'example-trail', prefix: 'AWSLogs/', notify: 'bucket' } as const;
const check = (id: string, over: Partial<DeployFacts>) => deployChecks(intended(over)).find((one) => one.id === id);

test.each<[name: string, caller: Fact<string>, status: string, told: RegExp]>([
  ['of the account', seen('111122223333'), 'ok', /^Signed in to 111122223333; the deploy goes to eu-west-1\. undefined$/],
  ['of another account', seen('444455556666'), 'unknown', /names 111122223333.* If CDK's roles there trust 444455556666, go on\.$/],
  ['missing', unasked('No AWS credentials were found.'), 'unknown', /^No AWS credentials were found\./],
  ['kept from asking', denied('sts:GetCallerIdentity'), 'unknown', /sts:GetCallerIdentity/],
])('credentials that are %s', (_name, caller, status, told) => {
  const found = check('account', { caller });
  expect(found?.status).toBe(status);
  expect(`${found?.seen} ${found?.todo}`).toMatch(told);
});

test.each<[name: string, over: Partial<DeployFacts>, status: string | undefined]>([
  ['that waits for no backfill', {}, undefined],
  ['that waits for one, on a bucket with history', { waitForBackfill: true, source: BUCKET }, 'ok'],
  ['that waits for one, on the bucket of another account', { waitForBackfill: true, source: { kind: 'announced' } }, 'ok'],
  ['that waits for one, on a bucket that it has yet to make', { waitForBackfill: true }, 'broken'],
])('a stack %s', (_name, over, status) => {
  expect(check('history', over)?.status).toBe(status);
});

test.each<[over: Partial<DeployFacts>, end: string]>([
  [{}, '2 ok. Nothing keeps you from deploying.'],
  [{ trails: seen([trail({ name: 'main' })]) }, '1 ok, 1 look. Nothing keeps you from deploying.'],
  [{ trails: unasked('Nobody was asked.') }, '1 ok, 1 unknown. What is unknown could not be looked at; you can deploy all the same.'],
  [{ waitForBackfill: true }, '2 ok, 1 broken.\nMend what is broken before you deploy.'],
])('the end says whether to deploy: %#', (over, end) => {
  const subject = { prefix: 'Trailwarden', account: '111122223333', region: 'eu-west-1', at: NOW, beforeDeploy: true };
  const text = doctorText(deployChecks(intended(over)), subject, { color: false, width: 80 });
  expect(text.endsWith(`\n${end}\n`)).toBe(true);
});
