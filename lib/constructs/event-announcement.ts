import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import type { IngestQueue } from './ingest-queue.ts';

interface EventAnnouncementProps {
  readonly bucketName: string;
  readonly prefix: string;
  readonly queue: IngestQueue;
}

/** Brings the events of a bucket that sends them to EventBridge to the ingest queue. */
export class EventAnnouncement extends Construct {
  constructor(scope: Construct, id: string, { bucketName, prefix, queue }: EventAnnouncementProps) {
    super(scope, id);
    new Rule(this, 'Rule', {
      description: `New logs in ${bucketName} for Trailwarden`,
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: { bucket: { name: [bucketName] }, object: { key: [{ prefix }] } },
      },
      targets: [new SqsQueue(queue, { deadLetterQueue: queue.dlq })],
    });
  }
}
