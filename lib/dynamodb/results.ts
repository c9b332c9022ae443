import {
  BatchExecuteStatementCommand,
  type BatchStatementError,
  type BatchStatementResponse,
} from '@aws-sdk/client-dynamodb';
import { statusFor } from '../bets/bet.ts';
import { type BetId, shardOf } from '../bets/ids.ts';
import type { BetStore, StoredResult } from '../bets/store.ts';
import { toInstant } from './items.ts';
import { attempt, CONDITION_FAILED, pause, sendBare, type Session } from './session.ts';

/** The results that bets are stored with, in the table `bets`. */
export function resultMethods(session: Session): Pick<BetStore, 'storeResult'> {
  return {
    storeResult: (ids, result, signal) => storeResult(session, ids, result, signal),
  };
}

const STORE_RESULT_TRIES = 5;
/** Why a statement may fail and yet succeed later. */
const PASSING_STATEMENT_FAULTS = new Set<BatchStatementError['Code']>([
  'InternalServerError',
  'ProvisionedThroughputExceeded',
  'RequestLimitExceeded',
  'ThrottlingError',
  'TransactionConflict',
]);

/**
 * Conditional updates of up to 25 bets in one call, each statement with its own fate. A failed
 * condition means that the bet has this result or a newer one: bets are never deleted, and the ids
 * come from the index, which holds none that was not stored.
 */
async function storeResult(
  session: Session,
  ids: readonly BetId[],
  { outcome, version, decidedAt }: StoredResult,
  signal: AbortSignal,
): Promise<BetId[]> {
  const Statement =
    `UPDATE "${session.tables.bets}" SET "status"=? SET "outcomeVersion"=? SET "settledAt"=? ` +
    'WHERE "shard"=? AND "betId"=? AND "outcomeVersion"<?';
  const [status, atVersion, settledAt] = [
    { S: statusFor(outcome) },
    { N: version.toString() },
    { S: toInstant(decidedAt) },
  ];
  const stored: BetId[] = [];
  let left = [...ids];
  for (let tries = 1; left.length > 0 && tries <= STORE_RESULT_TRIES; tries += 1) {
    if (tries > 1) await pause(session, tries - 1, signal);
    const command = new BatchExecuteStatementCommand({
      Statements: left.map((id) => ({
        Statement,
        Parameters: [status, atVersion, settledAt, { S: shardOf(id) }, { S: id }, atVersion],
      })),
    });
    const { Responses } = await attempt(sendBare(session, command, signal));
    const failed = left.filter((id, index) => !wasStored(id, Responses?.[index]));
    const again = new Set(failed);
    stored.push(...left.filter((id) => !again.has(id)));
    left = failed;
  }
  return stored;
}

/** Whether the bet is at the version or above; false for a failure that passes. Throws on any other. */
function wasStored(id: BetId, response: BatchStatementResponse | undefined): boolean {
  // A statement that nothing was said of is one that was not carried out.
  if (response === undefined) return false;
  const error = response.Error;
  if (error === undefined || error.Code === CONDITION_FAILED) return true;
  if (PASSING_STATEMENT_FAULTS.has(error.Code)) return false;
  throw new Error(`Storing the result of bet ${id} failed: ${error.Code} ${error.Message}`);
}
