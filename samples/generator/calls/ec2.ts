import { type Call, read, write } from '../call.ts';
import type { Site } from '../estate.ts';
import type { Random } from '../random.ts';
import type { Json, JsonObject } from '../session.ts';

const items = (...list: Json[]): JsonObject => ({ items: list });
const filter = (name: string, ...values: string[]): JsonObject => ({ name, valueSet: items(...values.map((value) => ({ value }))) });

export function describeInstances(site: Site, random: Random): Call {
  return random.chance(0.5)
    ? read('ec2', 'DescribeInstances', { maxResults: 1000, instancesSet: {}, filterSet: {} })
    : read('ec2', 'DescribeInstances', { instancesSet: items({ instanceId: random.pick(site.instances) }), filterSet: {} });
}

export function describeRunning(site: Site): Call {
  return read('ec2', 'DescribeInstances', {
    instancesSet: {},
    filterSet: items(filter('tag:Service', site.scalingGroups[0] as string), filter('instance-state-name', 'running', 'pending')),
  });
}

export function describeInstanceStatus(site: Site, random: Random): Call {
  return read('ec2', 'DescribeInstanceStatus', {
    instancesSet: items({ instanceId: random.pick(site.instances) }),
    filterSet: {},
    includeAllInstances: true,
  });
}

export function describeVolumes(site: Site, random: Random): Call {
  return read('ec2', 'DescribeVolumes', { volumeSet: items({ volumeId: random.pick(site.volumes) }), filterSet: {} });
}

export function describeSecurityGroups(site: Site, random: Random): Call {
  return read('ec2', 'DescribeSecurityGroups', {
    maxResults: 200,
    securityGroupSet: {},
    securityGroupIdSet: items({ groupId: random.pick(site.groups) }),
    filterSet: {},
  });
}

export function describeSubnets(site: Site, random: Random): Call {
  return read('ec2', 'DescribeSubnets', { subnetSet: {}, filterSet: items(filter('vpc-id', random.pick(site.vpcs))) });
}

export function describeVpcs(site: Site, random: Random): Call {
  return read('ec2', 'DescribeVpcs', { vpcSet: items({ vpcId: random.pick(site.vpcs) }), filterSet: {} });
}

export function describeRouteTables(site: Site, random: Random): Call {
  return read('ec2', 'DescribeRouteTables', { routeTableIdSet: {}, filterSet: items(filter('vpc-id', random.pick(site.vpcs))) });
}

export function describeNetworkInterfaces(site: Site, random: Random): Call {
  return read('ec2', 'DescribeNetworkInterfaces', {
    networkInterfaceIdSet: {},
    filterSet: items(filter('group-id', random.pick(site.groups)), filter('subnet-id', random.pick(site.subnets))),
  });
}

export function describeSnapshots(site: Site): Call {
  return read('ec2', 'DescribeSnapshots', {
    maxResults: 500,
    ownersSet: items({ owner: site.account }),
    snapshotSet: {},
    sharedUsersSet: {},
    filterSet: {},
  });
}

export function describeAddresses(): Call {
  return read('ec2', 'DescribeAddresses', { publicIpsSet: {}, filterSet: {}, allocationIdsSet: {} });
}

export function describeTags(site: Site, random: Random): Call {
  return read('ec2', 'DescribeTags', {
    maxResults: 1000,
    filterSet: items(filter('resource-id', random.pick(site.instances), random.pick(site.instances))),
  });
}

export function describeRegions(): Call {
  return read('ec2', 'DescribeRegions', { regionSet: {}, allRegions: true });
}

export function describeAvailabilityZones(site: Site): Call {
  return read('ec2', 'DescribeAvailabilityZones', {
    availabilityZoneSet: {},
    availabilityZoneIdSet: {},
    filterSet: items(filter('region-name', site.region)),
  });
}

/** A launch by an Auto Scaling group, from its launch template. */
export function runFromTemplate(site: Site, random: Random): Call {
  const instanceId = `i-0${random.hex(16)}`;
  const subnetId = random.pick(site.subnets);
  return write(
    'ec2',
    'RunInstances',
    {
      instancesSet: items({ minCount: 1, maxCount: 1 }),
      blockDeviceMapping: {},
      availabilityZone: `${site.region}a`,
      monitoring: { enabled: false },
      subnetId,
      disableApiTermination: false,
      disableApiStop: false,
      clientToken: `fleet-${random.uuid()}-0`,
      tagSpecificationSet: items({
        resourceType: 'instance',
        tags: [{ key: 'aws:autoscaling:groupName', value: random.pick(site.scalingGroups) }],
      }),
      launchTemplate: { launchTemplateId: `lt-0${site.vpcs[0]?.slice(5)}`, version: String(random.int(11, 19)) },
    },
    {
      requestId: random.uuid(),
      reservationId: `r-0${random.hex(16)}`,
      ownerId: site.account,
      groupSet: {},
      instancesSet: items(runningInstance(site, random, instanceId, 'm7g.large', subnetId)),
      requesterId: '000011112222',
    },
  );
}

function runningInstance(site: Site, random: Random, instanceId: string, instanceType: string, subnetId: string): JsonObject {
  const address = `10.${random.int(16, 31)}.${random.int(0, 255)}.${random.int(4, 254)}`;
  return {
    instanceId,
    imageId: site.images[0] as string,
    currentInstanceBootMode: 'uefi',
    instanceState: { code: 0, name: 'pending' },
    privateDnsName: `ip-${address.replaceAll('.', '-')}.${site.region}.compute.internal`,
    amiLaunchIndex: 0,
    instanceType,
    launchTime: random.int(1_788_000_000, 1_790_000_000) * 1000,
    placement: { availabilityZone: `${site.region}a`, tenancy: 'default' },
    monitoring: { state: 'disabled' },
    subnetId,
    vpcId: site.vpcs[0] as string,
    privateIpAddress: address,
    architecture: 'arm64',
    rootDeviceType: 'ebs',
    rootDeviceName: '/dev/xvda',
    virtualizationType: 'hvm',
    hypervisor: 'xen',
    groupSet: items({ groupId: site.groups[0] as string, groupName: 'web' }),
    ebsOptimized: true,
  };
}

/** A launch of many instances of one type by hand. */
export function runInstances(site: Site, random: Random, type: string, count: number, userData: boolean): Call {
  const subnetId = random.pick(site.subnets);
  return write(
    'ec2',
    'RunInstances',
    {
      instancesSet: items({ imageId: site.images[0] as string, minCount: count, maxCount: count, keyName: `k${random.hex(6)}` }),
      ...(userData ? { userData: '<sensitiveDataRemoved>' } : {}),
      instanceType: type,
      blockDeviceMapping: items({ deviceName: '/dev/xvda', ebs: { volumeSize: 60, deleteOnTermination: true, volumeType: 'gp3' } }),
      monitoring: { enabled: false },
      disableApiTermination: true,
      disableApiStop: false,
      instanceInitiatedShutdownBehavior: 'terminate',
      clientToken: random.uuid(),
    },
    {
      requestId: random.uuid(),
      reservationId: `r-0${random.hex(16)}`,
      ownerId: site.account,
      groupSet: {},
      instancesSet: items(
        ...Array.from({ length: Math.min(count, 3) }, () => runningInstance(site, random, `i-0${random.hex(16)}`, type, subnetId)),
      ),
    },
  );
}

export function terminateInstances(site: Site, random: Random): Call {
  const instanceId = random.pick(site.instances);
  return write(
    'ec2',
    'TerminateInstances',
    { instancesSet: items({ instanceId }) },
    {
      requestId: random.uuid(),
      instancesSet: items({ instanceId, currentState: { code: 32, name: 'shutting-down' }, previousState: { code: 16, name: 'running' } }),
    },
  );
}

export function createTags(random: Random, resourceId: string, tags: Readonly<Record<string, string>>): Call {
  return write(
    'ec2',
    'CreateTags',
    { resourcesSet: items({ resourceId }), tagSet: items(...Object.entries(tags).map(([key, value]) => ({ key, value }))) },
    { requestId: random.uuid(), _return: true },
  );
}

/** Opens a port to a CIDR block. */
export function authorizeIngress(site: Site, random: Random, groupId: string, port: number, cidrIp: string, description: string): Call {
  return write(
    'ec2',
    'AuthorizeSecurityGroupIngress',
    {
      groupId,
      ipPermissions: items({
        ipProtocol: 'tcp',
        fromPort: port,
        toPort: port,
        groups: {},
        ipRanges: items({ cidrIp, description }),
        ipv6Ranges: {},
        prefixListIds: {},
      }),
    },
    {
      requestId: random.uuid(),
      _return: true,
      securityGroupRuleSet: items({
        groupOwnerId: site.account,
        groupId,
        securityGroupRuleId: `sgr-0${random.hex(16)}`,
        description,
        isEgress: false,
        ipProtocol: 'tcp',
        fromPort: port,
        toPort: port,
        cidrIpv4: cidrIp,
      }),
    },
  );
}

export function createSnapshot(site: Site, random: Random, snapshotId: string, description: string, at: number): Call {
  const volumeId = random.pick(site.volumes);
  return write(
    'ec2',
    'CreateSnapshot',
    { volumeId, description, tagSpecificationSet: {} },
    {
      requestId: random.uuid(),
      snapshotId,
      volumeId,
      status: 'pending',
      startTime: at,
      progress: '',
      ownerId: site.account,
      volumeSize: '200',
      description,
      encrypted: false,
    },
  );
}

/** Shares a snapshot with another account, or with everybody when `userId` is `all`. */
export function shareSnapshot(random: Random, snapshotId: string, userId: string): Call {
  const who: JsonObject = userId === 'all' ? { group: 'all' } : { userId };
  return write(
    'ec2',
    'ModifySnapshotAttribute',
    { snapshotId, createVolumePermission: { add: items(who) }, attributeType: 'CREATE_VOLUME_PERMISSION' },
    { requestId: random.uuid(), _return: true },
  );
}

export function shareImage(random: Random, imageId: string, userId: string): Call {
  return write(
    'ec2',
    'ModifyImageAttribute',
    { imageId, launchPermission: { add: items({ userId }) }, attributeType: 'launchPermission' },
    { requestId: random.uuid(), _return: true },
  );
}
