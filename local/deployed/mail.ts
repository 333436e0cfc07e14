import type { Fact, Identity, MailAccount } from '../../core/doctor/facts.ts';
import { ask, CLIENT } from './asking.ts';

/** Whether SES lets this account send in this region. */
export async function readMailAccount(): Promise<Fact<MailAccount>> {
  const { GetAccountCommand, SESv2Client } = await import('@aws-sdk/client-sesv2');
  const client = new SESv2Client(CLIENT);
  return ask('ses:GetAccount', async () => {
    const { ProductionAccessEnabled, SendingEnabled, EnforcementStatus, SendQuota } = await client.send(new GetAccountCommand({}));
    return {
      sandbox: ProductionAccessEnabled !== true,
      sendingEnabled: SendingEnabled ?? true,
      enforcement: EnforcementStatus ?? 'HEALTHY',
      most: SendQuota?.Max24HourSend ?? -1,
      sent: SendQuota?.SentLast24Hours ?? 0,
    };
  });
}

/** Whether an address is verified, itself or by its domain or one above: SES takes any of them. */
export async function readIdentity(address: string): Promise<Fact<Identity>> {
  const { GetEmailIdentityCommand, SESv2Client } = await import('@aws-sdk/client-sesv2');
  const client = new SESv2Client(CLIENT);
  return ask('ses:GetEmailIdentity', async () => {
    const known: { identity: string; status: string }[] = [];
    for (const identity of [address, ...domains(address)]) {
      try {
        const found = await client.send(new GetEmailIdentityCommand({ EmailIdentity: identity }));
        if (found.VerifiedForSendingStatus) return { verified: true, by: identity };
        known.push({ identity, status: found.VerificationStatus ?? 'not verified' });
      } catch (error) {
        if ((error as Error).name !== 'NotFoundException') throw error;
      }
    }
    return { verified: false, known };
  });
}

/** `mail.example.com` and `example.com` of `a@mail.example.com`. */
function domains(address: string): string[] {
  const labels = address.slice(address.lastIndexOf('@') + 1).split('.');
  return labels.slice(0, -1).map((_, i) => labels.slice(i).join('.'));
}
