import { type Duration, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Schedule, ScheduleExpression, ScheduleTargetInput, TimeWindow } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { allow } from '../allow.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';

interface TickerProps {
  readonly function: IFunction;
  readonly every: Duration;
}

/** Rings for a function at a steady rate. */
export class Ticker extends Construct {
  readonly dlq: DeadLetterQueue;
  readonly schedule: Schedule;

  constructor(scope: Construct, id: string, { function: rung, every }: TickerProps) {
    super(scope, id);
    const stack = Stack.of(this);
    this.dlq = new DeadLetterQueue(this, 'Dlq');
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: {
            'aws:SourceAccount': stack.account,
            'aws:SourceArn': stack.formatArn({ service: 'scheduler', resource: 'schedule-group', resourceName: 'default' }),
          },
        },
      }),
    });
    allow(role, { actions: ['lambda:InvokeFunction'], resources: [rung.functionArn] });
    allow(role, { actions: ['sqs:SendMessage'], resources: [this.dlq.queueArn] });
    this.schedule = new Schedule(this, 'Schedule', {
      description: 'Trailwarden: one run of the score function',
      schedule: ScheduleExpression.rate(every),
      timeWindow: TimeWindow.off(),
      // Not the library's LambdaInvoke: it lets the role call every version of the function.
      target: {
        bind: () => ({
          arn: rung.functionArn,
          role,
          input: ScheduleTargetInput.fromObject({ kind: 'tick' }),
          deadLetterConfig: { arn: this.dlq.queueArn },
          // A tick that comes late is worth nothing once the next has rung.
          retryPolicy: { maximumRetryAttempts: 2, maximumEventAgeInSeconds: Math.max(60, every.toSeconds()) },
        }),
      },
    });
    this.schedule.node.addDependency(role);
  }
}
