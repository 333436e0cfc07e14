import { Construct } from 'constructs';
import type { DeployConfig } from '../deploy-config.ts';
import { trailBucketName, trailName } from '../names.ts';
import { BucketAnnouncement } from './bucket-announcement.ts';
import { CreatedTrail } from './created-trail.ts';
import { EventAnnouncement } from './event-announcement.ts';
import type { IngestQueue } from './ingest-queue.ts';
import { TopicAnnouncement } from './topic-announcement.ts';

/** Brings the logs' announcements to the ingest queue, in the way that the configuration chose. */
export class TrailSource extends Construct {
  /** Bucket of this account that the logs lie in; undefined where another account announces them. */
  readonly bucketName?: string;
  /** Trail that was created; undefined where one exists already. */
  readonly trailName?: string;

  constructor(scope: Construct, id: string, config: DeployConfig, queue: IngestQueue) {
    super(scope, id);
    const { trail, retentionDays } = config;
    if ('create' in trail) {
      const created = new CreatedTrail(this, 'Created', {
        trailName: trailName(config),
        bucketName: trailBucketName(config),
        retentionDays,
        organization: trail.organization,
        kmsKeyArn: trail.kmsKeyArn,
        queue,
      });
      this.bucketName = created.bucket.bucketName;
      this.trailName = created.trail.ref;
    } else if ('bucket' in trail) {
      const { bucket: bucketName, prefix, notify } = trail;
      if (notify === 'bucket') new BucketAnnouncement(this, 'Bucket', { bucketName, prefix, queue });
      else new EventAnnouncement(this, 'Events', { bucketName, prefix, queue });
      this.bucketName = bucketName;
    } else if ('topicArn' in trail) {
      new TopicAnnouncement(this, 'Topic', { topicArn: trail.topicArn, queue });
    }
    // A queue of another account wakes the parse function itself: see ParseFunction.
  }
}
