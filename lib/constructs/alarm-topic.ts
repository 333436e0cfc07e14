import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';

/** Where alarms go: encrypted, over TLS only, each recipient subscribed by e-mail (SNS asks each to confirm). */
export class AlarmTopic extends Topic {
  constructor(scope: Construct, id: string, recipients: readonly string[]) {
    // CloudWatch may not use the key that SNS has of its own.
    const key = new Key(scope, `${id}Key`, {
      description: 'Trailwarden: the topic of its alarms',
      enableKeyRotation: true,
      pendingWindow: Duration.days(7),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    super(scope, id, { displayName: 'Trailwarden alarms', masterKey: key, enforceSSL: true });
    const { account } = Stack.of(this);
    const cloudWatch = {
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      conditions: { StringEquals: { 'aws:SourceAccount': account } },
    };
    key.addToResourcePolicy(
      // In a key's policy "*" is the key itself.
      new PolicyStatement({ sid: 'AlarmsEncrypt', ...cloudWatch, actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: ['*'] }),
    );
    this.addToResourcePolicy(
      new PolicyStatement({ sid: 'AlarmsPublish', ...cloudWatch, actions: ['sns:Publish'], resources: [this.topicArn] }),
    );
    for (const recipient of recipients) this.addSubscription(new EmailSubscription(recipient));
  }
}
