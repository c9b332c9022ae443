import { type BatchStatementError, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import type { QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import {
  BatchExecuteStatementCommand,
  TransactGetCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import { type PlacedBet, statusFor } from '../bets/bet.ts';
import { unavailable } from '../bets/errors.ts';
import { type BetId, shardOf } from '../bets/ids.ts';
import { retry } from '../bets/retry.ts';
import type { Bets, BetsBehindFence, IdempotencyRecord, InsertResult } from '../bets/store.ts';
import { attempt, attemptUnless, isNamed, translateFailure } from './failures.ts';
import { betItem, betKeyItem, eventFenceKey, keyItem, toInstant } from './items.ts';
import { batchGet, BUSY, CONDITION_FAILED, queryPage, type Session } from './session.ts';

const FENCE_IS_OPEN = 'attribute_not_exists(closedAt)';
const BET_IS_NEW = 'attribute_not_exists(betId)';
const KEY_IS_NEW = 'attribute_not_exists(#key)';

const FIND_PLACED_TRIES = { tries: 10, ...BUSY };
const STORE_RESULT_TRIES = { tries: 5, ...BUSY };

type Code = BatchStatementError['Code'];
const THROTTLED: Code[] = ['ThrottlingError', 'ProvisionedThroughputExceeded'];
const CONTENTION = new Set<string | undefined>(['TransactionConflict', ...THROTTLED]);

/** Why a statement may fail and yet succeed later. */
const TRANSIENT_STATEMENT_ERRORS = new Set<Code>([
  'InternalServerError',
  'RequestLimitExceeded',
  'TransactionConflict',
  ...THROTTLED,
]);

/** The tables `bets` and `idempotencyKeys`. */
export class BetTable implements Bets {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  insert: Bets['insert'] = async (bet, record) => {
    const { client, tables, options } = this.#session;
    const command = new TransactWriteCommand(insertion(tables, bet, record));
    try {
      // The SDK adds a client request token, so that its own retry of a lost reply is one write.
      await client.send(command, options);
      return { kind: 'inserted' };
    } catch (error) {
      if (error instanceof TransactionCanceledException) return refusal(error);
      if (isNamed(error, 'TransactionInProgressException')) return { kind: 'contended' };
      throw translateFailure(error);
    }
  };

  find: Bets['find'] = async (ids) => {
    const items = await batchGet(this.#session, 'bets', ids.map(betKey));
    return items.map(toBet);
  };

  /**
   * A transactional read: unlike `GetItem` it does not look past a write that is under way, but is
   * refused.
   *
   * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
   */
  findPlaced: Bets['findPlaced'] = async (id, key) => {
    const { client, tables, options, wait } = this.#session;
    const getBet = id === undefined ? [] : [{ TableName: tables.bets, Key: betKey(id) }];
    const getKey = key === undefined ? [] : [{ TableName: tables.idempotencyKeys, Key: { key } }];
    const TransactItems = [...getBet, ...getKey].map((Get) => ({ Get }));
    const found = await retry(wait, FIND_PLACED_TRIES, () => {
      const reading = client.send(new TransactGetCommand({ TransactItems }), options);
      return attemptUnless('TransactionCanceledException', reading);
    });
    if (found === undefined) {
      const { tries } = FIND_PLACED_TRIES;
      throw unavailable(`The bet stayed under way for ${tries} tries to read it.`);
    }
    const items = (found.Responses ?? []).map(({ Item }) => Item);
    const bet = id === undefined ? undefined : items[0];
    const record = key === undefined ? undefined : items[getBet.length];
    return { ...(bet && { bet: toBet(bet) }), ...(record && { record: keyItem.parse(record) }) };
  };

  newest: Bets['newest'] = (shard, before, limit) => {
    const inShard = '#shard = :shard';
    const input: QueryCommandInput = {
      TableName: this.#session.tables.bets,
      KeyConditionExpression: before === undefined ? inShard : `${inShard} AND betId < :before`,
      ExpressionAttributeNames: { '#shard': 'shard' },
      ExpressionAttributeValues: { ':shard': shard, ...(before && { ':before': before }) },
      ConsistentRead: true,
      ScanIndexForward: false,
    };
    return queryPage(this.#session, input, limit, toBet);
  };

  newestIds: Bets['newestIds'] = (behind, before, limit) => {
    const input = { ...this.#idsBehind(behind, '<', before), ScanIndexForward: false };
    return queryPage(this.#session, input, limit, toBetId);
  };

  oldestIds: Bets['oldestIds'] = (behind, after, limit) =>
    queryPage(this.#session, this.#idsBehind(behind, '>', after), limit, toBetId);

  /**
   * Conditional updates in one call, each with its own fate. A failed condition means that the bet
   * has this result or a newer one: bets are never deleted, and the ids come from the index, which
   * holds none that was not stored.
   */
  storeResult: Bets['storeResult'] = async (ids, { outcome, version, decidedAt }) => {
    const { client, tables, options, wait } = this.#session;
    const Statement =
      `UPDATE "${tables.bets}" SET "status"=? SET "outcomeVersion"=? SET "settledAt"=? ` +
      'WHERE "shard"=? AND "betId"=? AND "outcomeVersion"<?';
    const set = [statusFor(outcome), version, toInstant(decidedAt)];
    const stored: BetId[] = [];
    let left = [...ids];
    await retry(wait, STORE_RESULT_TRIES, async () => {
      const parameters = left.map((id) => [...set, shardOf(id), id, version]);
      const Statements = parameters.map((Parameters) => ({ Statement, Parameters }));
      const command = new BatchExecuteStatementCommand({ Statements });
      const { Responses } = await attempt(client.send(command, options));
      const done = new Set(left.filter((id, index) => wasStored(id, Responses?.[index])));
      stored.push(...done);
      left = left.filter((id) => !done.has(id));
      return left.length === 0 ? stored : undefined;
    });
    return stored;
  };

  #idsBehind(behind: BetsBehindFence, side: '<' | '>', bound?: BetId): QueryCommandInput {
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

/** Bet, count and key are stored together or not at all. */
function insertion(tables: Session['tables'], bet: PlacedBet, record?: IdempotencyRecord) {
  const countBet = {
    TableName: tables.fences,
    Key: { eventFence: eventFenceKey(bet) },
    UpdateExpression: 'ADD placed :one, stakedMinor :stake',
    ConditionExpression: FENCE_IS_OPEN,
    ExpressionAttributeValues: { ':one': 1, ':stake': bet.amountMinor },
  };
  const Item = z.encode(betItem, bet);
  const putBet = { TableName: tables.bets, Item, ConditionExpression: BET_IS_NEW };
  const putKey = {
    TableName: tables.idempotencyKeys,
    Item: record,
    ConditionExpression: KEY_IS_NEW,
    ExpressionAttributeNames: { '#key': 'key' },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  };
  return {
    TransactItems: [{ Update: countBet }, { Put: putBet }, ...(record ? [{ Put: putKey }] : [])],
  };
}

const betKey = (id: BetId) => ({ shard: shardOf(id), betId: id });
const toBet = (item: unknown): PlacedBet => betItem.parse(item);
const toBetId = (item: unknown): BetId => betKeyItem.parse(item).betId;

/** A bet or key that is there answers before a closed fence: a retry of what landed replays it. */
function refusal(error: TransactionCanceledException): InsertResult {
  const [fence, bet, key] = error.CancellationReasons ?? [];
  if (bet?.Code === CONDITION_FAILED) return { kind: 'bet-exists' };
  if (key?.Code === CONDITION_FAILED) {
    // The document client does not decode the items of an error.
    return { kind: 'key-taken', record: keyItem.parse(unmarshall(key.Item ?? {})) };
  }
  if (fence?.Code === CONDITION_FAILED) return { kind: 'fence-closed' };
  const contended = [fence, bet, key].some((reason) => CONTENTION.has(reason?.Code));
  if (contended) return { kind: 'contended' };
  throw error;
}

/** Whether the bet is at the version or above; false after a transient error. Throws on others. */
function wasStored(id: BetId, response?: { Error?: BatchStatementError | undefined }): boolean {
  // A statement that nothing was said of is one that was not carried out.
  if (response === undefined) return false;
  const error = response.Error;
  if (error === undefined || error.Code === CONDITION_FAILED) return true;
  if (TRANSIENT_STATEMENT_ERRORS.has(error.Code)) return false;
  throw new Error(`Storing the result of bet ${id} failed: ${error.Code} ${error.Message}`);
}
