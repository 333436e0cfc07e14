import { HOUR } from '../calendar.ts';
import { type Call, denied, failed, read, write } from '../call.ts';
import * as applications from '../calls/applications.ts';
import * as ec2 from '../calls/ec2.ts';
import * as identity from '../calls/identity.ts';
import * as oversight from '../calls/oversight.ts';
import * as storage from '../calls/storage.ts';
import type { IamUser } from '../cast.ts';
import { pipelineSession } from '../changes.ts';
import { elsewhere, keySession, type Session } from '../session.ts';
import { type Scene, type Story, Storyline } from '../story.ts';

const UNUSED_REGIONS = ['ap-northeast-3', 'eu-north-1', 'sa-east-1', 'ca-central-1', 'ap-south-1'];
const GPU_TYPES = ['p4d.24xlarge', 'g5.48xlarge', 'p3.16xlarge', 'g5.12xlarge'];

/** Big instances in regions where nobody works; quotas stop some of them. */
export function cryptoMining(scene: Scene, user: IamUser): Story {
  const { random, stage } = scene;
  const line = new Storyline(scene, scene.midnight + random.int(0, 19) * HOUR);
  const thief = keySession(user, { address: scene.attacker(), agent: scene.agent });
  line.step(thief, identity.getCallerIdentity(), 'us-east-1', 'discovery').step(thief, ec2.describeRegions(), 'us-east-1', 'discovery');
  for (const region of random.shuffle(UNUSED_REGIONS).slice(0, 3)) {
    const site = stage.site(thief, region);
    line.step(thief, read('servicequotas', 'ListServiceQuotas', { serviceCode: 'ec2', maxResults: 100 }), region);
    line.step(thief, ec2.describeVpcs(site, random), region).step(thief, ec2.describeAvailabilityZones(site), region);
    line.step(
      thief,
      write(
        'ec2',
        'CreateKeyPair',
        { keyName: `k${random.hex(6)}`, keyType: 'rsa', keyFormat: 'pem' },
        { requestId: random.uuid(), keyName: 'k', keyMaterial: '<sensitiveDataRemoved>' },
      ),
      region,
      'persistence',
    );
    line.step(
      thief,
      ec2.authorizeIngress(site, random, site.groups[0] as string, 22, '0.0.0.0/0', ''),
      region,
      'defense-evasion',
      'SSH is opened to the whole Internet.',
    );
    for (const type of random.shuffle(GPU_TYPES)) {
      const count = random.int(4, 20);
      const call = ec2.runInstances(site, random, type, count, true);
      const quota = `You have requested more vCPU capacity than your current vCPU limit of ${random.pick([0, 32, 64])} allows for the instance bucket that the specified instance type belongs to.`;
      if (type.startsWith('p4d') || random.chance(0.4)) line.step(thief, failed(call, 'Client.VcpuLimitExceeded', quota), region, 'impact');
      else line.step(thief, call, region, 'impact', `${count} instances of type ${type} in a region that is not in use.`);
    }
    const more = { serviceCode: 'ec2', quotaCode: 'L-417A185B', desiredValue: 768 };
    line
      .step(thief, write('servicequotas', 'RequestServiceQuotaIncrease', more, { requestedQuota: { ...more, status: 'PENDING' } }), region)
      .wait(60, 900);
  }
  return line.told({
    id: 'crypto-mining',
    title: 'GPU instances in unused regions',
    principal: user.arn,
    account: user.account,
    minLevel: 'high',
  });
}

/** An instance's role credentials leave the instance and come back from outside. */
export function instanceCredentials(scene: Scene, sessionAt: (at: number) => Session, region: string): Story {
  const { random, stage } = scene;
  const line = new Storyline(scene, scene.midnight + random.int(1, 20) * HOUR);
  const session = sessionAt(line.time);
  const thief = elsewhere(session, { address: scene.attacker(), agent: scene.agent });
  const site = stage.site(session, region);
  line.step(thief, identity.getCallerIdentity(), region, 'credential-access', 'Credentials of an instance, used from outside AWS.');
  line
    .step(thief, storage.listBuckets(site, random), region, 'discovery')
    .step(thief, ec2.describeInstances(site, random), region, 'discovery');
  line
    .step(thief, oversight.getParametersByPath(site), region)
    .step(thief, read('ssm', 'DescribeInstanceInformation', { maxResults: 50 }), region);
  const bucket = random.pick(site.buckets);
  line.step(thief, storage.listObjects(site, random, bucket.name, ''), region, 'collection');
  for (let n = random.int(12, 30); n > 0; n--)
    line.step(thief, storage.getObject(site, random, bucket.name, storage.objectKey(random, bucket)), region, 'collection');
  const command = {
    instanceIds: [site.instances[1] as string],
    documentName: 'AWS-RunShellScript',
    parameters: 'HIDDEN_DUE_TO_SECURITY_REASONS',
    interactive: false,
  };
  line.step(
    thief,
    write('ssm', 'SendCommand', command, { command: { commandId: random.uuid(), documentName: 'AWS-RunShellScript', status: 'Pending' } }),
    region,
    'execution',
    'A shell command is sent to another instance.',
  );
  line.step(
    thief,
    denied(identity.createUser(session.account, 'support-tmp', random, line.time), session.arn),
    region,
    'persistence',
    'An instance tries to make an IAM user.',
  );
  return line.told({
    id: 'instance-credentials',
    title: "An instance's credentials used from outside",
    principal: session.principal,
    account: session.account,
    minLevel: 'high',
  });
}

/** A poisoned build: the pipeline's own role leaves a door in a function. */
export function poisonedPipeline(scene: Scene, account: string): Story {
  const { random, stage } = scene;
  const line = new Storyline(scene, scene.midnight + random.int(8, 16) * HOUR);
  const session = pipelineSession(stage, random, account, line.time - 20_000);
  const region = 'us-east-1';
  const site = stage.site(session, region);
  const name = random.pick(site.functions);
  const functionArn = `arn:aws:lambda:${region}:${account}:function:${name}`;
  line
    .step(session, identity.getCallerIdentity(), region, 'discovery')
    .step(session, applications.listFunctions(), region)
    .step(session, applications.getFunction(site, random), region);
  line.step(session, applications.updateFunctionCode(site, random, name), region, 'persistence');
  const url = write(
    'lambda',
    'CreateFunctionUrlConfig',
    { functionName: name, authType: 'NONE', invokeMode: 'BUFFERED' },
    { functionUrl: `https://${random.hex(20)}.lambda-url.${region}.on.aws/`, functionArn, authType: 'NONE' },
  );
  line.step(session, url, region, 'persistence', 'A function gets an address that asks for no credentials.');
  const grant = (statementId: string, action: string): Call => {
    const statement = identity.policy({ Sid: statementId, Effect: 'Allow', Principal: '*', Action: action, Resource: functionArn });
    return write('lambda', 'AddPermission20150331v2', { functionName: name, statementId, action, principal: '*' }, { statement });
  };
  line.step(session, grant('url', 'lambda:InvokeFunctionUrl'), region, 'persistence');
  line.step(session, grant('sync', 'lambda:InvokeFunction'), region, 'persistence', 'Anybody may invoke the function.');
  return line.told({
    id: 'poisoned-pipeline',
    title: 'The pipeline leaves an open door in a function',
    principal: session.principal,
    account,
    minLevel: 'high',
  });
}
