import {
  type BatchStatementError,
  type BatchStatementResponse,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import {
  BatchExecuteStatementCommand,
  type QueryCommandInput,
  TransactGetCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import { type PlacedBet, statusFor } from '../bets/bet.ts';
import { unavailable } from '../bets/errors.ts';
import { type BetId, shardOf } from '../bets/ids.ts';
import { retry } from '../bets/retry.ts';
import type {
  Bets,
  BetsBehindFence,
  IdempotencyRecord,
  InsertResult,
  Page,
  StoredResult,
} from '../bets/store.ts';
import { isNamed, translateFailure } from './failures.ts';
import { betItem, betKeyItem, eventFenceKey, keyItem, toInstant } from './items.ts';
import {
  attempt,
  batchGet,
  BUSY_BACKOFF,
  CONDITION_FAILED,
  type Item,
  queryPage,
  type Session,
} from './session.ts';

const FENCE_IS_OPEN = 'attribute_not_exists(closedAt)';
const BET_IS_NEW = 'attribute_not_exists(betId)';
const KEY_IS_NEW = 'attribute_not_exists(#key)';

const CONTENTION = new Set([
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
]);

const FIND_PLACED_TRIES = { tries: 10, ...BUSY_BACKOFF };
const STORE_RESULT_TRIES = { tries: 5, ...BUSY_BACKOFF };

/** Why a statement may fail and yet succeed later. */
const TRANSIENT_STATEMENT_ERRORS = new Set<BatchStatementError['Code']>([
  'InternalServerError',
  'ProvisionedThroughputExceeded',
  'RequestLimitExceeded',
  'ThrottlingError',
  'TransactionConflict',
]);

/** The tables `bets` and `idempotencyKeys`. */
export class BetTable implements Bets {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async insert(bet: PlacedBet, record: IdempotencyRecord | undefined): Promise<InsertResult> {
    const { client, options } = this.#session;
    try {
      // The SDK adds a request token, so that its own retry of a lost reply is the same write.
      await client.send(new TransactWriteCommand(this.#insertion(bet, record)), options);
      return { kind: 'inserted' };
    } catch (error) {
      if (error instanceof TransactionCanceledException) return refusal(error);
      if (isNamed(error, 'TransactionInProgressException')) return { kind: 'contended' };
      throw translateFailure(error);
    }
  }

  async find(ids: readonly BetId[]): Promise<PlacedBet[]> {
    const items = await batchGet(this.#session, 'bets', ids.map(betKey));
    return items.map(toBet);
  }

  /**
   * A transactional read: unlike `GetItem` it does not look past a write that is under way, but is
   * refused.
   *
   * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
   */
  async findPlaced(
    id: BetId | undefined,
    key: string | undefined,
  ): Promise<{ bet?: PlacedBet; record?: IdempotencyRecord }> {
    const { client, tables, options, wait } = this.#session;
    const TransactItems = [
      ...(id === undefined ? [] : [{ Get: { TableName: tables.bets, Key: betKey(id) } }]),
      ...(key === undefined ? [] : [{ Get: { TableName: tables.idempotencyKeys, Key: { key } } }]),
    ];
    const found = await retry(wait, FIND_PLACED_TRIES, async () => {
      try {
        return await client.send(new TransactGetCommand({ TransactItems }), options);
      } catch (error) {
        if (error instanceof TransactionCanceledException) return undefined;
        throw translateFailure(error);
      }
    });
    if (found === undefined) {
      const { tries } = FIND_PLACED_TRIES;
      throw unavailable(`The bet stayed under way for ${tries} tries to read it.`);
    }
    const items = (found.Responses ?? []).map(({ Item: item }) => item);
    const bet = id === undefined ? undefined : items[0];
    const record = key === undefined ? undefined : items[TransactItems.length - 1];
    return {
      ...(bet !== undefined && { bet: toBet(bet) }),
      ...(record !== undefined && { record: keyItem.parse(record) }),
    };
  }

  newest(shard: string, before: BetId | undefined, limit: number): Promise<Page<PlacedBet>> {
    const input: QueryCommandInput = {
      TableName: this.#session.tables.bets,
      KeyConditionExpression:
        before === undefined ? '#shard = :shard' : '#shard = :shard AND betId < :before',
      ExpressionAttributeNames: { '#shard': 'shard' },
      ExpressionAttributeValues: {
        ':shard': shard,
        ...(before !== undefined && { ':before': before }),
      },
      ConsistentRead: true,
      ScanIndexForward: false,
    };
    return queryPage(this.#session, input, limit, toBet);
  }

  newestIds(
    behind: BetsBehindFence,
    before: BetId | undefined,
    limit: number,
  ): Promise<Page<BetId>> {
    const input = { ...this.#idsBehind(behind, '<', before), ScanIndexForward: false };
    return queryPage(this.#session, input, limit, toBetId);
  }

  oldestIds(
    behind: BetsBehindFence,
    after: BetId | undefined,
    limit: number,
  ): Promise<Page<BetId>> {
    return queryPage(this.#session, this.#idsBehind(behind, '>', after), limit, toBetId);
  }

  /**
   * Conditional updates in one call, each statement with its own fate. A failed condition means
   * that the bet has this result or a newer one: bets are never deleted, and the ids come from the
   * index, which holds none that was not stored.
   */
  async storeResult(ids: readonly BetId[], result: StoredResult): Promise<BetId[]> {
    const { client, tables, options, wait } = this.#session;
    const { outcome, version, decidedAt } = result;
    const Statement =
      `UPDATE "${tables.bets}" SET "status"=? SET "outcomeVersion"=? SET "settledAt"=? ` +
      'WHERE "shard"=? AND "betId"=? AND "outcomeVersion"<?';
    const set = [statusFor(outcome), version, toInstant(decidedAt)];
    const stored: BetId[] = [];
    let left = [...ids];
    await retry(wait, STORE_RESULT_TRIES, async () => {
      const Statements = left.map((id) => {
        return { Statement, Parameters: [...set, shardOf(id), id, version] };
      });
      const command = new BatchExecuteStatementCommand({ Statements });
      const { Responses } = await attempt(client.send(command, options));
      const failed = left.filter((id, index) => !wasStored(id, Responses?.[index]));
      const again = new Set(failed);
      stored.push(...left.filter((id) => !again.has(id)));
      left = failed;
      return left.length === 0 ? stored : undefined;
    });
    return stored;
  }

  #insertion(bet: PlacedBet, record: IdempotencyRecord | undefined): TransactWriteCommandInput {
    const { tables } = this.#session;
    const countBet = {
      TableName: tables.fences,
      Key: { eventFence: eventFenceKey(bet) },
      UpdateExpression: 'ADD placed :one, stakedMinor :stake',
      ConditionExpression: FENCE_IS_OPEN,
      ExpressionAttributeValues: { ':one': 1, ':stake': bet.amountMinor },
    };
    const putBet = {
      TableName: tables.bets,
      Item: z.encode(betItem, bet),
      ConditionExpression: BET_IS_NEW,
    };
    const putKey = record && {
      TableName: tables.idempotencyKeys,
      Item: record,
      ConditionExpression: KEY_IS_NEW,
      ExpressionAttributeNames: { '#key': 'key' },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    };
    return {
      TransactItems: [{ Update: countBet }, { Put: putBet }, ...(putKey ? [{ Put: putKey }] : [])],
    };
  }

  #idsBehind(
    behind: BetsBehindFence,
    side: '<' | '>',
    bound: BetId | undefined,
  ): QueryCommandInput {
    const inFence = 'eventFence = :fence';
    return {
      TableName: this.#session.tables.bets,
      IndexName: 'byEvent',
      KeyConditionExpression: bound === undefined ? inFence : `${inFence} AND betId ${side} :bound`,
      ExpressionAttributeValues: {
        ':fence': eventFenceKey(behind),
        ...(bound !== undefined && { ':bound': bound }),
      },
      ProjectionExpression: 'betId',
    };
  }
}

function betKey(id: BetId): { shard: string; betId: BetId } {
  return { shard: shardOf(id), betId: id };
}

// The codec says what the item must be; what it is comes from a table.
const toBet = (item: Item): PlacedBet => betItem.parse(item);
const toBetId = (item: Item): BetId => betKeyItem.parse(item).betId;

/** A bet or key that is there answers before a closed fence: a retry of what landed replays it. */
function refusal(error: TransactionCanceledException): InsertResult {
  const [fence, bet, key] = error.CancellationReasons ?? [];
  if (bet?.Code === CONDITION_FAILED) return { kind: 'bet-exists' };
  if (key?.Code === CONDITION_FAILED) {
    // The document client does not decode the items of an error.
    return { kind: 'key-taken', record: keyItem.parse(unmarshall(key.Item ?? {})) };
  }
  if (fence?.Code === CONDITION_FAILED) return { kind: 'fence-closed' };
  const contended = [fence, bet, key].some((reason) => CONTENTION.has(reason?.Code ?? ''));
  if (contended) return { kind: 'contended' };
  throw error;
}

/** Whether the bet is at the version or above; false after a transient error. Throws on others. */
function wasStored(
  id: BetId,
  response: Pick<BatchStatementResponse, 'Error'> | undefined,
): boolean {
  // A statement that nothing was said of is one that was not carried out.
  if (response === undefined) return false;
  const error = response.Error;
  if (error === undefined || error.Code === CONDITION_FAILED) return true;
  if (TRANSIENT_STATEMENT_ERRORS.has(error.Code)) return false;
  throw new Error(`Storing the result of bet ${id} failed: ${error.Code} ${error.Message}`);
}
