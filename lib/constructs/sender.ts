import { Stack } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { EmailIdentity, Identity } from 'aws-cdk-lib/aws-ses';
import { Construct } from 'constructs';
import { allow } from '../allow.ts';

interface SenderProps {
  readonly address: string;
  readonly recipients: readonly string[];
  /** Whether SES gets to know the address here, or knows it or its domain already. */
  readonly identity: 'create' | 'existing';
}

/** The address that mails come from. */
export class Sender extends Construct {
  readonly address: string;
  private readonly recipients: readonly string[];
  private readonly existing: boolean;

  constructor(scope: Construct, id: string, { address, recipients, identity }: SenderProps) {
    super(scope, id);
    this.address = address;
    this.recipients = recipients;
    this.existing = identity === 'existing';
    if (!this.existing) new EmailIdentity(this, 'Identity', { identity: Identity.email(address) });
  }

  /** Lets a role send from this address. */
  allowSending(role: Role): void {
    const stack = Stack.of(this);
    const domain = this.address.slice(this.address.indexOf('@') + 1);
    // SES asks for the recipients' identities too, where the account knows them: it does so at least in its sandbox.
    const identities = [this.address, ...(this.existing ? [domain] : []), ...this.recipients];
    const arn = (resource: string, resourceName: string) => stack.formatArn({ service: 'ses', resource, resourceName });
    allow(role, {
      actions: ['ses:SendEmail'],
      resources: [...new Set(identities.map((name) => arn('identity', name))), ...(this.existing ? [arn('configuration-set', '*')] : [])],
      conditions: { StringEquals: { 'ses:FromAddress': this.address } },
      wildcards: 'An existing identity may name a default configuration set, which SES alone knows; the sender is fixed by the condition.',
    });
  }
}
