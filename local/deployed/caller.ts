import type { Fact } from '../../core/doctor/facts.ts';
import { ask, CLIENT } from './asking.ts';

/** The account that the credentials are of. AWS tells it to everyone. */
export async function readCaller(): Promise<Fact<string>> {
  const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts');
  const client = new STSClient(CLIENT);
  return ask('sts:GetCallerIdentity', async () => (await client.send(new GetCallerIdentityCommand({}))).Account ?? '');
}
