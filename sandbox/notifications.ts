import type { Home } from './template.ts';

/** A new object, as its bucket tells of it. */
export interface NewObject {
  readonly bucket: string;
  readonly key: string;
  readonly size: number;
  /** Without quotes. */
  readonly eTag: string;
  readonly versionId?: string;
  /** Hexadecimal, greater for a later put of the same key. */
  readonly sequencer: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The key as S3 writes it in its notifications: URL-encoded, a space as a plus. */
export function notifiedKey(key: string): string {
  return key.split('/').map(encoded).join('/');
}

function encoded(part: string): string {
  return encodeURIComponent(part)
    .replace(/[!'()~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
export function bucketNotification(home: Home, object: NewObject): unknown {
  return {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: home.region,
        eventTime: new Date(object.at).toISOString(),
        eventName: 'ObjectCreated:Put',
        userIdentity: { principalId: `AWS:${home.account}` },
        requestParameters: { sourceIPAddress: '192.0.2.1' },
        responseElements: { 'x-amz-request-id': 'SANDBOX', 'x-amz-id-2': 'sandbox' },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: 'sandbox',
          bucket: { name: object.bucket, ownerIdentity: { principalId: home.account }, arn: `arn:${home.partition}:s3:::${object.bucket}` },
          object: {
            key: notifiedKey(object.key),
            size: object.size,
            eTag: object.eTag,
            ...(object.versionId === undefined ? {} : { versionId: object.versionId }),
            sequencer: object.sequencer,
          },
        },
      },
    ],
  };
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
export function eventBridgeNotification(home: Home, object: NewObject): Readonly<Record<string, unknown>> {
  return {
    version: '0',
    id: `00000000-0000-4000-8000-${object.sequencer.slice(-12).padStart(12, '0').toLowerCase()}`,
    'detail-type': 'Object Created',
    source: 'aws.s3',
    account: home.account,
    time: new Date(object.at).toISOString(),
    region: home.region,
    resources: [`arn:${home.partition}:s3:::${object.bucket}`],
    detail: {
      version: '0',
      bucket: { name: object.bucket },
      object: {
        key: object.key,
        size: object.size,
        etag: object.eTag,
        ...(object.versionId === undefined ? {} : { 'version-id': object.versionId }),
        sequencer: object.sequencer,
      },
      'request-id': 'SANDBOX',
      requester: home.account,
      'source-ip-address': '192.0.2.1',
      reason: 'PutObject',
    },
  };
}

/** What S3 sends to a queue once, when the notification is set up. */
export function testEvent(bucket: string, at: number): unknown {
  return {
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: new Date(at).toISOString(),
    Bucket: bucket,
    RequestId: 'SANDBOX',
    HostId: 'sandbox',
  };
}

/** A message as SNS hands it to a queue. */
export function snsEnvelope(topicArn: string, message: string, at: number): unknown {
  return {
    Type: 'Notification',
    MessageId: '00000000-0000-4000-8000-000000000000',
    TopicArn: topicArn,
    Subject: 'Amazon S3 Notification',
    Message: message,
    Timestamp: new Date(at).toISOString(),
    SignatureVersion: '1',
    Signature: 'sandbox',
    SigningCertURL: 'https://example.com/cert.pem',
    UnsubscribeURL: 'https://example.com/unsubscribe',
  };
}
