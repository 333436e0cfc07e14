import { CfnSubscription } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { IngestQueue } from './ingest-queue.ts';

interface TopicAnnouncementProps {
  readonly topicArn: string;
  readonly queue: IngestQueue;
}

/** Subscribes the ingest queue to a topic, of this account or of another. */
export class TopicAnnouncement extends Construct {
  constructor(scope: Construct, id: string, { topicArn, queue }: TopicAnnouncementProps) {
    super(scope, id);
    queue.allowTopic(topicArn);
    const subscription = new CfnSubscription(this, 'Subscription', {
      topicArn,
      protocol: 'sqs',
      endpoint: queue.queueArn,
      rawMessageDelivery: true,
      redrivePolicy: { deadLetterTargetArn: queue.dlq.queueArn },
    });
    subscription.node.addDependency(queue, queue.dlq);
  }
}
