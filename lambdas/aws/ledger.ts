import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type Commit, type LedgerState, NEW_LEDGER, type RunPorts } from '../../core/runs/ports.ts';

const KEY = { pk: 'ledger', sk: 'ledger' };

type LedgerPorts = Pick<RunPorts, 'takeLease' | 'dropLease' | 'commit' | 'markApplied'>;

/** The ledger of runs: one item of the state table, changed by conditional updates alone. */
export function ledger(documents: DynamoDBDocumentClient, table: string): LedgerPorts {
  const update = (input: Omit<ConstructorParameters<typeof UpdateCommand>[0], 'TableName' | 'Key'>) =>
    documents.send(new UpdateCommand({ TableName: table, Key: KEY, ...input }));
  return {
    takeLease: (owner, now, until) =>
      unlessRefused(async () => {
        const { Attributes } = await update({
          UpdateExpression: 'SET leaseOwner = :owner, leaseUntil = :until ADD tries :one',
          ConditionExpression: 'attribute_not_exists(leaseOwner) OR leaseOwner = :owner OR leaseUntil < :now',
          ExpressionAttributeValues: { ':owner': owner, ':now': now, ':until': until, ':one': 1 },
          ReturnValues: 'ALL_NEW',
        });
        return stateOf(Attributes ?? {});
      }, null),
    dropLease: (owner, now, failure, blameless) =>
      unlessRefused(async () => {
        await update({
          UpdateExpression:
            failure === null
              ? 'SET tick = :now REMOVE leaseOwner, leaseUntil, failure, failureAt, tries'
              : `SET tick = :now, failure = :failure, failureAt = :now REMOVE leaseOwner, leaseUntil${blameless ? ' ADD tries :less' : ''}`,
          ConditionExpression: 'leaseOwner = :owner',
          ExpressionAttributeValues: {
            ':owner': owner,
            ':now': now,
            ...(failure === null ? {} : { ':failure': failure, ...(blameless ? { ':less': -1 } : {}) }),
          },
        });
      }, undefined),
    commit: (owner, commit) => commitRun(update, owner, commit),
    markApplied: (run) =>
      unlessRefused(async () => {
        await update({
          UpdateExpression: 'SET applied = :run',
          ConditionExpression: 'planned = :run AND (attribute_not_exists(applied) OR applied < :run)',
          ExpressionAttributeValues: { ':run': run },
        });
      }, undefined),
  };
}

async function commitRun(
  update: (input: Omit<ConstructorParameters<typeof UpdateCommand>[0], 'TableName' | 'Key'>) => Promise<unknown>,
  owner: string,
  { run, runKey, memoryKey, now, watermark, live, due }: Commit,
): Promise<boolean> {
  const before = run === 1 ? 'attribute_not_exists(planned)' : 'planned = :before AND applied = :before';
  try {
    await update({
      UpdateExpression: `SET planned = :run, runKey = :runKey, memoryKey = :memoryKey, #now = :now, live = :live${Number.isFinite(watermark) ? ', watermark = :watermark' : ''}${Number.isFinite(due) ? ', due = :due' : ' REMOVE due'}`,
      ConditionExpression: `leaseOwner = :owner AND ${before}`,
      ExpressionAttributeNames: { '#now': 'now' },
      ExpressionAttributeValues: {
        ':owner': owner,
        ':run': run,
        ...(run === 1 ? {} : { ':before': run - 1 }),
        ':runKey': runKey,
        ':memoryKey': memoryKey,
        ':now': now,
        ':live': live,
        ...(Number.isFinite(watermark) ? { ':watermark': watermark } : {}),
        ...(Number.isFinite(due) ? { ':due': due } : {}),
      },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    return true;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    // An answer that was lost on the way makes the client ask again: the run may be this very one, committed the first time.
    return error.Item?.runKey?.S === runKey;
  }
}

function stateOf(item: Readonly<Record<string, unknown>>): LedgerState {
  const planned = (item.planned as number | undefined) ?? 0;
  return {
    planned,
    applied: (item.applied as number | undefined) ?? 0,
    runKey: (item.runKey as string | undefined) ?? NEW_LEDGER.runKey,
    memoryKey: (item.memoryKey as string | undefined) ?? NEW_LEDGER.memoryKey,
    now: (item.now as number | undefined) ?? NEW_LEDGER.now,
    watermark: (item.watermark as number | undefined) ?? NEW_LEDGER.watermark,
    live: item.live === true,
    due: (item.due as number | undefined) ?? NEW_LEDGER.due,
    tries: (item.tries as number | undefined) ?? NEW_LEDGER.tries,
  };
}

/** What a call gives, or `otherwise` when its condition does not hold. */
export async function unlessRefused<T>(call: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return otherwise;
    throw error;
  }
}
