import type { Call } from './call.ts';
import * as applications from './calls/applications.ts';
import * as ec2 from './calls/ec2.ts';
import { iamRead } from './calls/identity.ts';
import * as oversight from './calls/oversight.ts';
import * as storage from './calls/storage.ts';
import type { Job } from './cast.ts';
import type { Site } from './estate.ts';
import type { Random } from './random.ts';

/** What somebody does in one sitting: a page of the console, a few commands, a look at a dashboard. */
export type Task = (site: Site, random: Random) => Call[];

const instances: Task = (site, random) => [
  ec2.describeInstances(site, random),
  ec2.describeInstanceStatus(site, random),
  ec2.describeTags(site, random),
  ec2.describeVolumes(site, random),
  ec2.describeAddresses(),
  applications.describeScalingGroups(site),
];

const network: Task = (site, random) => [
  ec2.describeVpcs(site, random),
  ec2.describeSubnets(site, random),
  ec2.describeRouteTables(site, random),
  ec2.describeSecurityGroups(site, random),
  ec2.describeNetworkInterfaces(site, random),
];

const balancers: Task = (site, random) => [
  applications.describeLoadBalancers(site),
  applications.describeTargetHealth(site, random),
  applications.describeTargetHealth(site, random),
  ec2.describeSecurityGroups(site, random),
];

const functions: Task = (site, random) => [
  applications.listFunctions(),
  applications.getFunction(site, random),
  oversight.describeLogGroups(site, random),
  oversight.startQuery(site, random),
  oversight.getQueryResults(random),
];

const logs: Task = (site, random) => [
  oversight.describeLogGroups(site, random),
  oversight.startQuery(site, random),
  oversight.getQueryResults(random),
  oversight.getQueryResults(random),
  oversight.startQuery(site, random),
  oversight.getQueryResults(random),
];

const metrics: Task = (_site, random) => [
  oversight.getDashboard(),
  oversight.listMetrics(random),
  oversight.listMetrics(random),
  oversight.describeAlarms(),
  oversight.describeEventAggregates(),
];

const buckets: Task = (site, random) => {
  const bucket = random.pick(site.buckets);
  const settings = random.shuffle(storage.BUCKET_SETTINGS).slice(0, 3);
  return [
    storage.listBuckets(site, random),
    storage.listObjects(site, random, bucket.name, `${random.pick(bucket.prefixes)}/`),
    ...settings.map(([name, param]) => storage.getBucketSetting(site, random, bucket.name, name, param)),
  ];
};

const objects: Task = (site, random) => {
  const bucket = random.pick(site.buckets);
  return [
    storage.listObjects(site, random, bucket.name, `${bucket.prefixes[0]}/`),
    storage.getObject(site, random, bucket.name, storage.objectKey(random, bucket)),
    storage.getObject(site, random, bucket.name, storage.objectKey(random, bucket)),
  ];
};

const databases: Task = (site, random) => [
  storage.describeDatabases(site, random),
  storage.describeDatabaseSnapshots(site, random),
  storage.describeTable(site, random),
  storage.describeBackups(site, random),
  oversight.listMetrics(random),
];

const containers: Task = (site, random) => [
  applications.describeServices(site),
  applications.describeTargetHealth(site, random),
  oversight.filterLogEvents(site, random),
];

/** Mostly a look and a trial run; code goes through the pipeline, but for the odd hurried fix. */
const tryFunction: Task = (site, random) => {
  const name = random.pick(site.functions);
  const look = [applications.getFunction(site, random), applications.getFunction(site, random)];
  const fix = random.chance(0.07) ? [applications.updateFunctionCode(site, random, name)] : [];
  return [...look, ...fix, applications.invoke(site, random, name)];
};

const uploads: Task = (site, random) => {
  const bucket = random.pick(site.buckets);
  return [
    storage.putObject(site, random, bucket.name, storage.objectKey(random, bucket)),
    storage.getObject(site, random, bucket.name, storage.objectKey(random, bucket)),
  ];
};

const parameters: Task = (site, random) => [
  oversight.describeParameters(),
  oversight.lookAtParameter(site, random),
  oversight.lookAtParameter(site, random),
];

const keys: Task = (site, random) => [oversight.listKeys(), oversight.listAliases(), oversight.describeKey(site, random)];

const accessReview: Task = () => [
  iamRead('ListUsers', { maxItems: 100 }),
  iamRead('GetAccountSummary'),
  iamRead('ListRoles', { maxItems: 100 }),
  iamRead('GetAccountPasswordPolicy'),
];

const trails: Task = (site, random) => [oversight.describeTrails(), oversight.getTrailStatus(site), oversight.lookupEvents(random)];

const findings: Task = (_site, random) => [
  oversight.listDetectors(),
  oversight.listFindings(random),
  oversight.getFindings(),
  oversight.describeComplianceByRule(),
];

const costs: Task = () => [oversight.getCostAndUsage(), oversight.getCostAndUsage(), oversight.describeEventAggregates()];

/** The usual work of each job. */
export const TASKS: Readonly<Record<Job, readonly Task[]>> = {
  platform: [instances, network, balancers, metrics, logs, containers, databases, buckets, keys, trails],
  developer: [functions, functions, logs, tryFunction, tryFunction, uploads, objects, metrics, containers, parameters],
  analyst: [objects, objects, objects, buckets, databases, logs],
  security: [findings, findings, trails, accessReview, buckets, network],
  finance: [costs, costs, buckets],
};

export const TASKS_OF_ADMINS: readonly Task[] = [instances, metrics, databases, logs, network, buckets];
export const TASKS_OF_KEYS: readonly Task[] = [instances, objects, databases, parameters];
