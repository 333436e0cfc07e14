import { Duration, Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { PrivateBucket } from './private-bucket.ts';

/** What the functions hand to each other: batches, run objects and the memory's snapshots. */
export class BatchBucket extends PrivateBucket {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      // The live snapshots lie under memory/, however old they are: only the score function removes them.
      lifecycleRules: [
        { id: 'ExpireBatches', prefix: 'pending/', expiration: Duration.days(14) },
        { id: 'ExpireRuns', prefix: 'runs/', expiration: Duration.days(90) },
      ],
    });
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Working data of three functions whose roles name it; no one else reads or writes here, and the logs of it would outweigh it.',
    });
  }
}
