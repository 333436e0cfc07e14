import type { AwsSecurityFinding, SecurityHubClient } from '@aws-sdk/client-securityhub';
import type { AlertPorts } from '../../core/alerts/ports.ts';
import { TIMEOUTS } from './clients.ts';

/** The importer waits and asks again by itself, see core/alerts/importing.ts: the SDK only bridges a broken connection. */
const ATTEMPTS = 2;

/** Imports findings into Security Hub. Its SDK is loaded with the first findings: most cold starts import none. */
export function findingImporter(): AlertPorts['importFindings'] {
  let loading: Promise<{ sdk: typeof import('@aws-sdk/client-securityhub'); client: SecurityHubClient }> | undefined;
  const load = async () => {
    const sdk = await import('@aws-sdk/client-securityhub');
    return { sdk, client: new sdk.SecurityHubClient({ maxAttempts: ATTEMPTS, retryMode: 'standard', requestHandler: TIMEOUTS }) };
  };
  return async (findings) => {
    loading ??= load();
    const { sdk, client } = await loading;
    try {
      const { FailedFindings = [] } = await client.send(
        new sdk.BatchImportFindingsCommand({ Findings: findings as unknown as AwsSecurityFinding[] }),
      );
      return {
        failures: FailedFindings.map(({ Id, ErrorCode, ErrorMessage }) => ({
          id: Id ?? '',
          code: ErrorCode ?? 'Unknown',
          message: ErrorMessage ?? 'no message',
        })),
      };
    } catch (error) {
      const { name, message } = error as Error;
      return { error: { code: name, message } };
    }
  };
}
