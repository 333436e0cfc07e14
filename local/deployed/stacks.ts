import type { Stack, Stacks } from '../../core/doctor/facts.ts';
import { ask, CLIENT } from './asking.ts';

export interface ReadStacks {
  /** The region that was asked. */
  readonly region: string;
  /** The account in which a stack was found; empty: none was. */
  readonly account: string;
  readonly stacks: Stacks;
  /** The outputs of all three, by name. */
  readonly outputs: Readonly<Record<string, string>>;
}

/**
 * The three stacks of a deployment.
 * @throws {DeployedError}
 */
export async function readStacks(prefix: string): Promise<ReadStacks> {
  const { CloudFormationClient, DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation');
  const client = new CloudFormationClient(CLIENT);
  let account = '';
  const read = (part: string) =>
    ask('cloudformation:DescribeStacks', async (): Promise<Stack | null> => {
      const name = `${prefix}-${part}`;
      try {
        const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: name }));
        if (stack === undefined || stack.StackStatus === 'DELETE_COMPLETE') return null;
        account = stack.StackId?.split(':')[4] ?? '';
        return {
          name,
          status: stack.StackStatus ?? '',
          changed: (stack.LastUpdatedTime ?? stack.CreationTime)?.getTime() ?? 0,
          outputs: Object.fromEntries((stack.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue])),
        };
      } catch (error) {
        // CloudFormation has no error of its own for it.
        if ((error as Error).name === 'ValidationError' && (error as Error).message.includes('does not exist')) return null;
        throw error;
      }
    });
  const [data, pipeline, monitoring] = await Promise.all([read('Data'), read('Pipeline'), read('Monitoring')]);
  const outputs = Object.assign({}, ...[data, pipeline, monitoring].map((stack) => (stack.kind === 'seen' ? stack.value?.outputs : {})));
  return { region: await client.config.region(), account, stacks: { data, pipeline, monitoring }, outputs };
}
