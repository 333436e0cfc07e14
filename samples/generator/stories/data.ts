import { HOUR } from '../calendar.ts';
import { type Call, read, write } from '../call.ts';
import * as ec2 from '../calls/ec2.ts';
import * as identity from '../calls/identity.ts';
import * as oversight from '../calls/oversight.ts';
import * as storage from '../calls/storage.ts';
import type { Colleague, IamUser, Role } from '../cast.ts';
import { bucketOf, OUTSIDER, PRODUCTION, type Site } from '../estate.ts';
import { colleagueSession, elsewhere, outsideSession, roleSession, type Session, through, userSession } from '../session.ts';
import { type Scene, type Story, Storyline } from '../story.ts';

function inProduction(person: Colleague): Role {
  return person.roles.find((role) => role.account === PRODUCTION) as Role;
}

/** The watchers are blinded first, then customers' exports leave object by object. */
export function trailTampering(scene: Scene, person: Colleague): Story {
  const { random, stage } = scene;
  const line = new Storyline(scene, scene.midnight + random.int(0, 19) * HOUR);
  const region = 'eu-west-1';
  const thief = colleagueSession(
    random,
    person,
    inProduction(person),
    { address: scene.attacker(), agent: scene.agent },
    line.time - HOUR,
    false,
  );
  const site = stage.site(thief, region);
  const trail = `arn:aws:cloudtrail:${region}:${PRODUCTION}:trail/account-trail`;
  line
    .step(thief, identity.getCallerIdentity(), region, 'discovery')
    .step(thief, oversight.describeTrails(), region, 'discovery')
    .step(thief, oversight.getTrailStatus(site), region);
  line.step(thief, write('cloudtrail', 'StopLogging', { name: trail }), region, 'defense-evasion', 'The trail stops recording.');
  const selectors = [{ readWriteType: 'WriteOnly', includeManagementEvents: false, dataResources: [], excludeManagementEventSources: [] }];
  line.step(
    thief,
    write(
      'cloudtrail',
      'PutEventSelectors',
      { trailName: trail, eventSelectors: selectors },
      { trailARN: trail, eventSelectors: selectors },
    ),
    region,
    'defense-evasion',
    'Management events are left out of the trail.',
  );
  const flow = { DeleteFlowLogsRequest: { FlowLogId: { tag: 1, content: `fl-0${random.hex(16)}` } } };
  line
    .step(
      thief,
      write('ec2', 'DeleteFlowLogs', flow, { DeleteFlowLogsResponse: { unsuccessful: '', requestId: random.uuid() } }),
      region,
      'defense-evasion',
      'Flow logs of the VPC are deleted.',
    )
    .wait(300, 2400);
  const bucket = bucketOf(site, 'customer-exports');
  line
    .step(thief, storage.listBuckets(site, random), region)
    .step(thief, storage.listObjects(site, random, bucket.name, 'exports/'), region, 'collection');
  for (let n = random.int(110, 170); n > 0; n--) {
    line.step(
      thief,
      storage.getObject(site, random, bucket.name, storage.objectKey(random, bucket), random.int(3_000_000, 90_000_000)),
      region,
      'exfiltration',
    );
  }
  return line.told({
    id: 'trail-tampering',
    title: 'Trail stopped, then customer exports copied out',
    principal: thief.principal,
    account: PRODUCTION,
    minLevel: 'high',
  });
}

/** A bucket is opened to the world from the office, and the world comes. */
export function publicBucket(scene: Scene, person: Colleague): Story {
  const { random, stage } = scene;
  const line = new Storyline(scene, scene.midnight + random.int(7, 15) * HOUR);
  const region = 'eu-west-1';
  const session = colleagueSession(
    random,
    person,
    inProduction(person),
    { address: person.office, agent: 'S3Console/0.4, aws-internal/3' },
    line.time - HOUR,
    true,
  );
  const site = stage.site(session, region);
  const bucket = bucketOf(site, random.pick(['invoices', 'customer-exports', 'orders']));
  const name = bucket.name;
  line.step(session, storage.getBucketSetting(site, random, name, 'GetBucketPublicAccessBlock', 'publicAccessBlock'), region);
  line.step(
    session,
    storage.bucketWrite(site, random, name, 'DeleteBucketPublicAccessBlock', { publicAccessBlock: '' }),
    region,
    'defense-evasion',
    "The bucket's public-access block is removed.",
  );
  const open: Call = storage.bucketWrite(site, random, name, 'PutBucketPolicy', {
    policy: '',
    bucketPolicy: {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'Share',
          Effect: 'Allow',
          Principal: '*',
          Action: ['s3:GetObject', 's3:ListBucket'],
          Resource: [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`],
        },
      ],
    },
  });
  line.step(session, open, region, 'exfiltration', 'A bucket policy lets anybody read.').wait(900, 5400);
  for (let n = random.int(8, 30); n > 0; n--) {
    const visitor = outsideSession('anonymous', PRODUCTION, '', {
      address: scene.attacker(),
      agent: random.pick(['curl/8.14.1', 'Wget/1.25.0', 'python-requests/2.32.4']),
    });
    const call =
      n % 6 === 0 ? storage.listObjects(site, random, name, '') : storage.getObject(site, random, name, storage.objectKey(random, bucket));
    line.step(visitor, call, region);
  }
  return line.told({
    id: 'public-bucket',
    title: 'Bucket opened to everybody',
    principal: session.principal,
    account: PRODUCTION,
    minLevel: 'high',
  });
}

/** Disks, an image and a database are copied and shared with the attackers' account. */
export function sharedSnapshot(scene: Scene, user: IamUser): Story {
  const { random, stage } = scene;
  const line = new Storyline(scene, scene.midnight + random.int(1, 19) * HOUR);
  const region = 'eu-west-1';
  const thief = userSession(random, user, { address: scene.attacker(), agent: scene.agent }, line.time - HOUR, true, false);
  const site = stage.site(thief, region);
  const snapshot = `snap-0${random.hex(16)}`;
  line
    .step(thief, ec2.describeInstances(site, random), region, 'discovery')
    .step(thief, ec2.describeVolumes(site, random), region)
    .step(thief, ec2.describeSnapshots(site), region);
  line.step(thief, ec2.createSnapshot(site, random, snapshot, 'tmp', line.time), region, 'collection').wait(240, 900);
  line.step(
    thief,
    ec2.shareSnapshot(random, snapshot, OUTSIDER),
    region,
    'exfiltration',
    'A disk snapshot is shared with an outside account.',
  );
  line.step(
    thief,
    ec2.shareImage(random, site.images[0] as string, OUTSIDER),
    region,
    'exfiltration',
    'A machine image is shared with an outside account.',
  );
  const database = site.databases[1] as string;
  line.step(thief, storage.createDatabaseSnapshot(site, database, `${database}-tmp`), region, 'collection').wait(300, 1200);
  const share = { dBSnapshotIdentifier: `${database}-tmp`, attributeName: 'restore', valuesToAdd: [OUTSIDER] };
  const shared = {
    dBSnapshotIdentifier: `${database}-tmp`,
    dBSnapshotAttributes: [{ attributeName: 'restore', attributeValues: [OUTSIDER] }],
  };
  line.step(
    thief,
    write('rds', 'ModifyDBSnapshotAttribute', share, shared),
    region,
    'exfiltration',
    'A database snapshot is shared with an outside account.',
  );
  return line.told({
    id: 'shared-snapshot',
    title: 'Snapshots and an image shared with an outside account',
    principal: user.arn,
    account: user.account,
    minLevel: 'high',
  });
}

/** A function that never reads a secret reads them all. */
export function secretSweep(scene: Scene, sessionAt: (at: number) => Session, region: string): Story {
  const { random, stage } = scene;
  const line = new Storyline(scene, scene.midnight + random.int(1, 20) * HOUR);
  const session = sessionAt(line.time);
  const thief = elsewhere(session, { address: scene.attacker(), agent: scene.agent });
  const site = stage.site(session, region);
  line.step(thief, identity.getCallerIdentity(), region, 'discovery');
  line.step(thief, oversight.listSecrets(), region, 'discovery', 'A function lists all secrets.');
  for (const secret of site.secrets) {
    line.step(thief, oversight.getSecretValue(secret), region, 'credential-access');
    line.step(
      through(thief, 'secretsmanager.amazonaws.com'),
      oversight.decrypt(site, random, { SecretARN: secret, SecretVersionId: random.uuid() }),
      region,
    );
  }
  const batch = read('secretsmanager', 'BatchGetSecretValue', { filters: [{ key: 'all', values: ['prod'] }], maxResults: 20 });
  line
    .step(thief, batch, region, 'credential-access', 'Many secrets read in one call.')
    .step(thief, oversight.getParametersByPath(site), region);
  return line.told({
    id: 'secret-sweep',
    title: 'A function reads every secret',
    principal: session.principal,
    account: session.account,
    minLevel: 'medium',
  });
}

/** Keys, backups, databases and buckets go, one after the other; a note is left. */
export function ransom(scene: Scene, role: Role): Story {
  const { random, stage } = scene;
  const line = new Storyline(scene, scene.midnight + random.int(0, 19) * HOUR);
  const region = 'eu-west-1';
  const thief = roleSession(random, role, 'terraform-local', { address: scene.attacker(), agent: scene.agent }, line.time - HOUR / 2);
  const site = stage.site(thief, region);
  line
    .step(thief, identity.getCallerIdentity(), region, 'discovery')
    .step(thief, storage.listBuckets(site, random), region)
    .step(thief, oversight.listKeys(), region)
    .step(thief, storage.listRecoveryPoints(), region);
  for (let n = random.int(4, 8); n > 0; n--) {
    const recoveryPointArn = `arn:aws:backup:${region}:${role.account}:recovery-point:${random.uuid()}`;
    line.step(
      thief,
      write('backup', 'DeleteRecoveryPoint', { backupVaultName: 'nightly', recoveryPointArn }),
      region,
      'impact',
      n === 1 ? 'Backups are deleted.' : undefined,
    );
  }
  const bucket = site.buckets.at(-1) as Site['buckets'][number];
  const suspended = { versioning: '', VersioningConfiguration: { Status: 'Suspended', xmlns: 'http://s3.amazonaws.com/doc/2006-03-01/' } };
  line.step(thief, storage.bucketWrite(site, random, bucket.name, 'PutBucketVersioning', suspended), region);
  for (let n = random.int(25, 60); n > 0; n--)
    line.step(thief, storage.deleteObject(site, random, bucket.name, storage.objectKey(random, bucket)), region, 'impact');
  line.step(thief, storage.putObject(site, random, bucket.name, 'HOW-TO-RESTORE.txt', 812), region);
  for (const key of site.keys.slice(0, 3))
    line.step(
      thief,
      oversight.scheduleKeyDeletion(site, key, line.time),
      region,
      'impact',
      'A key that encrypts data is scheduled for deletion.',
    );
  line.step(
    thief,
    storage.bucketWrite(site, random, (site.buckets[0] as Site['buckets'][number]).name, 'DeleteBucket', {}),
    region,
    'impact',
    'A bucket is deleted.',
  );
  const database = site.databases[0] as string;
  const drop = { dBInstanceIdentifier: database, skipFinalSnapshot: true, deleteAutomatedBackups: true };
  line.step(
    thief,
    write('rds', 'DeleteDBInstance', drop, { dBInstanceIdentifier: database, dBInstanceStatus: 'deleting', engine: 'postgres' }),
    region,
    'impact',
    'A database is deleted without a last snapshot.',
  );
  return line.told({ id: 'ransom', title: 'Backups, keys and data deleted', principal: role.arn, account: role.account, minLevel: 'high' });
}
