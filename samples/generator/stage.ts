import { HOUR, iso, MINUTE } from './calendar.ts';
import type { Call } from './call.ts';
import type { Cast } from './cast.ts';
import type { Estate, Site } from './estate.ts';
import type { Random } from './random.ts';
import type { Json, Session } from './session.ts';

export type TrailRecord = Record<string, Json>;

/** A record on its way into the bucket. */
export interface Staged {
  /** When it happened and when CloudTrail delivers it. */
  readonly at: number;
  readonly delivered: number;
  readonly account: string;
  readonly region: string;
  readonly id: string;
  readonly record: TrailRecord;
}

/** CloudTrail raised the version service by service; these are the ones that lag behind. */
const VERSIONS: Readonly<Record<string, string>> = {
  s3: '1.10',
  signin: '1.08',
  sts: '1.08',
  lambda: '1.10',
  kms: '1.11',
  logs: '1.11',
  config: '1.09',
  autoscaling: '1.08',
  rds: '1.09',
  ssm: '1.08',
  cloudtrail: '1.10',
  secretsmanager: '1.11',
};

/** Latest delivery of an ordinary record; a few (see {@link Stage.emit}) come hours later. */
export const DELIVERY_LIMIT = 15 * MINUTE;

/** Where everybody acts: turns calls into records and remembers them. */
export class Stage {
  readonly random: Random;
  readonly cast: Cast;
  readonly estate: Estate;
  readonly staged: Staged[] = [];
  private readonly delivery: Random;

  constructor(random: Random, cast: Cast, estate: Estate) {
    this.random = random;
    this.cast = cast;
    this.estate = estate;
    this.delivery = random.fork('delivery');
  }

  site(session: Session, region: string): Site {
    return this.estate.site(session.account, region);
  }

  /** Records a call and gives its eventID. About one record in 3000 is delivered hours late. */
  emit(session: Session, call: Call, at: number, region: string): string {
    const where = call.global ? 'us-east-1' : region;
    const id = this.random.uuid();
    const record: TrailRecord = {
      eventVersion: VERSIONS[call.service] ?? '1.11',
      userIdentity: session.identity,
      eventTime: iso(at),
      eventSource: `${call.service}.amazonaws.com`,
      eventName: call.name,
      awsRegion: where,
      sourceIPAddress: session.address,
      userAgent: session.agent,
    };
    if (call.error !== undefined) {
      if (call.error.code !== '') record.errorCode = call.error.code;
      record.errorMessage = call.error.message;
    }
    record.requestParameters = call.params;
    record.responseElements = call.response;
    if (call.additional !== undefined) record.additionalEventData = call.additional;
    if (call.service !== 'signin') record.requestID = call.service === 's3' ? this.random.base32(16) : this.random.uuid();
    record.eventID = id;
    record.readOnly = call.readOnly;
    if (call.resources !== undefined) record.resources = call.resources;
    record.eventType = call.type ?? 'AwsApiCall';
    if (call.apiVersion !== undefined) record.apiVersion = call.apiVersion;
    record.managementEvent = call.category === undefined;
    record.recipientAccountId = session.account;
    if (call.top !== undefined) Object.assign(record, call.top);
    if (session.endpoint !== undefined) {
      record.vpcEndpointId = session.endpoint;
      record.vpcEndpointAccountId = session.account;
    }
    record.eventCategory = call.category ?? 'Management';
    const byService = session.address.endsWith('.amazonaws.com') || session.address === 'AWS Internal';
    if (!byService && call.type !== 'AwsServiceEvent') {
      record.tlsDetails = {
        tlsVersion: 'TLSv1.3',
        cipherSuite: 'TLS_AES_128_GCM_SHA256',
        clientProvidedHostHeader: call.host ?? (call.global ? `${call.service}.amazonaws.com` : `${call.service}.${where}.amazonaws.com`),
      };
    }
    if (session.console && call.service !== 'signin') record.sessionCredentialFromConsole = 'true';
    const delay = this.delivery.chance(1 / 3000)
      ? this.delivery.int(1 * HOUR, 9 * HOUR)
      : 90_000 + Math.floor((DELIVERY_LIMIT - 2 * MINUTE) * this.delivery.unit() ** 2);
    this.staged.push({ at, delivered: at + delay, account: session.account, region: where, id, record });
    return id;
  }
}
