import { LocalCloud } from '../../sandbox/cloud.ts';
import { Session } from '../../sandbox/session.ts';
import { cloudSuite } from './cloud-suite.ts';
import { cloudModel, functionModel, HOME, Toys } from './toys.ts';

const QUEUE = `arn:aws:sqs:${HOME.region}:${HOME.account}:Ingest`;

const PARSE = `
export async function handler(event) {
  for (const { body } of event.Records) {
    const { key } = JSON.parse(body).Records[0].s3.object;
    if (key.includes('bad')) console.log(JSON.stringify({ level: 'WARN', message: 'A file was not read whole', object: key, reason: 'no \\u001b[31mlog' }));
    else console.log(JSON.stringify({ level: 'INFO', message: key }));
  }
  return { batchItemFailures: [] };
}
`;

const SCORE = `
let run = 0;
export async function handler() {
  run += 1;
  if (run === 3) throw new Error('no memory');
  return run === 2 ? { outcome: 'idle', run: 1 } : { outcome: 'committed', run, sums: { records: 2, events: 1, duplicates: 1, rejects: 0, late: 0, signals: 1 } };
}
`;

cloudSuite('a session of the sandbox', () => {
  const toys = new Toys();
  let cloud: LocalCloud;

  beforeAll(async () => {
    const parse = functionModel('parse', toys.add('parse', PARSE));
    const score = functionModel('score', toys.add('score', SCORE));
    cloud = await LocalCloud.start(
      cloudModel({
        buckets: [{ name: 'example-trail', versioned: false }],
        queues: [{ name: 'Ingest', arn: QUEUE, attributes: {} }],
        tables: [
          {
            name: 'Incidents',
            arn: `arn:aws:dynamodb:${HOME.region}:${HOME.account}:table/Incidents`,
            create: {
              TableName: 'Incidents',
              BillingMode: 'PAY_PER_REQUEST',
              AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
              KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
            },
          },
        ],
        functions: [parse, score],
        queueMappings: [
          { queueArn: QUEUE, functionName: parse.functionName, batchSize: 10, windowSeconds: 0, reportsFailures: true, filters: [] },
        ],
        schedules: [{ name: 'Tick', expression: 'rate(5 minutes)', targetArn: score.arn, input: {} }],
        announcements: [
          { kind: 'bucket', bucket: 'example-trail', queueArn: QUEUE, events: ['s3:ObjectCreated:*'], prefix: 'AWSLogs/', suffix: '' },
        ],
        outputs: { TrailBucketName: 'example-trail', IncidentsTableName: 'Incidents' },
      }),
    );
  });

  afterAll(async () => {
    await cloud.stop();
    toys.remove();
  });

  test('says in plain lines what comes of dropped files', async () => {
    const lines: string[] = [];
    const session = new Session(cloud, (line) => lines.push(line.replace(/^\d\d:\d\d:\d\d {2}/, '')));
    await session.put([
      { path: 'mine.json', bytes: Buffer.from('{}') },
      { path: 'AWSLogs/111122223333/CloudTrail/bad.json', bytes: Buffer.from('x'.repeat(2000)) },
    ]);
    await session.put([]);
    expect(await cloud.storage.keys('example-trail')).toEqual([
      'AWSLogs/111122223333/CloudTrail/bad.json',
      'AWSLogs/111122223333/CloudTrail/eu-west-1/dropped/mine.json',
    ]);
    const incident = {
      kind: { S: 'incident' },
      status: { S: 'open' },
      version: { N: '1' },
      top: { M: { title: { S: 'Trail logging stopped' } } },
    };
    for (const [id, level, risk] of [
      ['1', 'high', '75'],
      ['2', 'low', '10'],
    ] as const) {
      const Item = { ...incident, id: { S: id }, level: { S: level }, risk: { N: risk }, principal: { S: `user ${id}` } };
      await cloud.database.call('PutItem', { TableName: 'Incidents', Item });
    }
    await cloud.settle();
    for (let tick = 0; tick < 4; tick++) await session.tick();
    expect(lines).toEqual([
      'put 2 files into example-trail (2 KB)',
      'parse: A file was not read whole — AWSLogs/111122223333/CloudTrail/bad.json — no �[31mlog',
      'run 1 committed: 2 records, 1 events, 1 duplicates, 0 rejects, 0 late, 1 signals',
      'incident open, version 1: HIGH 75 Trail logging stopped by user 1',
      '2 incidents, 0 findings in Security Hub',
      'the run failed: Error no memory',
      'run 4 committed: 2 records, 1 events, 1 duplicates, 0 rejects, 0 late, 1 signals',
      '2 incidents, 0 findings in Security Hub',
    ]);
  });
});
