import { type Call, read, write } from '../call.ts';
import type { Site } from '../estate.ts';
import type { Random } from '../random.ts';

export function describeScalingGroups(site: Site): Call {
  return read('autoscaling', 'DescribeAutoScalingGroups', { autoScalingGroupNames: [...site.scalingGroups], maxRecords: 100 });
}

export function describeLoadBalancers(site: Site): Call {
  return read(
    'elasticloadbalancing',
    'DescribeLoadBalancers',
    { pageSize: 400, loadBalancerArns: [...site.loadBalancers] },
    { apiVersion: '2015-12-01' },
  );
}

export function describeTargetHealth(site: Site, random: Random): Call {
  return read(
    'elasticloadbalancing',
    'DescribeTargetHealth',
    { targetGroupArn: `${random.pick(site.loadBalancers).replace('loadbalancer/app', 'targetgroup')}` },
    { apiVersion: '2015-12-01' },
  );
}

export function describeServices(site: Site): Call {
  return read('ecs', 'DescribeServices', { cluster: site.clusters[0] as string, services: ['payments', 'checkout'], include: ['TAGS'] });
}

export function updateService(site: Site, random: Random): Call {
  const cluster = site.clusters[0] as string;
  const taskDefinition = `arn:aws:ecs:${site.region}:${site.account}:task-definition/payments:${random.int(80, 140)}`;
  return write(
    'ecs',
    'UpdateService',
    { cluster, service: 'payments', taskDefinition, forceNewDeployment: false },
    {
      service: {
        serviceArn: `arn:aws:ecs:${site.region}:${site.account}:service/${cluster}/payments`,
        serviceName: 'payments',
        clusterArn: `arn:aws:ecs:${site.region}:${site.account}:cluster/${cluster}`,
        status: 'ACTIVE',
        desiredCount: 4,
        runningCount: 4,
        launchType: 'FARGATE',
        taskDefinition,
      },
    },
  );
}

/** Lambda's records name the API with its version date. */
export function getFunction(site: Site, random: Random): Call {
  return read('lambda', 'GetFunction20150331v2', { functionName: functionArn(site, random.pick(site.functions)) });
}

export function listFunctions(): Call {
  return read('lambda', 'ListFunctions20150331', { maxItems: 50 });
}

export function updateFunctionCode(site: Site, random: Random, name: string): Call {
  return write(
    'lambda',
    'UpdateFunctionCode20150331v2',
    {
      functionName: name,
      s3Bucket: 'example-dev-artifacts',
      s3Key: `builds/api/${random.hex(40)}.zip`,
      publish: true,
      dryRun: false,
      fullyQualifiedArn: { arnPrefix: { partition: 'aws', region: site.region, account: site.account }, functionQualifier: {} },
    },
    {
      functionName: name,
      functionArn: functionArn(site, name),
      runtime: 'nodejs24.x',
      role: `arn:aws:iam::${site.account}:role/service-role/${name}`,
      handler: 'index.handler',
      codeSize: random.int(180_000, 900_000),
      timeout: 30,
      memorySize: 512,
      codeSha256: `${random.alphanumeric(43)}=`,
      version: String(random.int(40, 90)),
      tracingConfig: { mode: 'Active' },
      packageType: 'Zip',
      architectures: ['arm64'],
      state: 'Active',
    },
  );
}

/** A data event: one run of a function. */
export function invoke(site: Site, random: Random, name: string): Call {
  return write(
    'lambda',
    'Invoke',
    {
      functionName: functionArn(site, name),
      invocationType: random.chance(0.7) ? 'Event' : 'RequestResponse',
      clientContext: '',
      sourceArn: `arn:aws:sqs:${site.region}:${site.account}:${name}-jobs`,
    },
    null,
    {
      category: 'Data',
      resources: [{ accountId: site.account, type: 'AWS::Lambda::Function', ARN: functionArn(site, name) }],
      additional: { functionVersion: functionArn(site, `${name}:$LATEST`) },
    },
  );
}

function functionArn(site: Site, name: string): string {
  return `arn:aws:lambda:${site.region}:${site.account}:function:${name}`;
}
