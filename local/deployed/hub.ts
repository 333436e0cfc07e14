import type { Fact } from '../../core/doctor/facts.ts';
import { ask, CLIENT } from './asking.ts';

/** Whether Security Hub is on in this account and region. */
export async function readHub(): Promise<Fact<boolean>> {
  const { DescribeHubCommand, SecurityHubClient } = await import('@aws-sdk/client-securityhub');
  const client = new SecurityHubClient(CLIENT);
  return ask('securityhub:DescribeHub', async () => {
    try {
      await client.send(new DescribeHubCommand({}));
      return true;
    } catch (error) {
      // The service's own ways to say that the account is not subscribed to it.
      if (['InvalidAccessException', 'ResourceNotFoundException'].includes((error as Error).name)) return false;
      throw error;
    }
  });
}
