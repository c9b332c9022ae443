import {
  TransactionCanceledException,
  TransactWriteItemsCommand,
  type TransactWriteItemsCommandInput,
} from '@aws-sdk/client-dynamodb';
import { GetCommand, type QueryCommandInput, TransactGetCommand } from '@aws-sdk/lib-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { PlacedBet } from '../bets/bet.ts';
import { unavailable } from '../bets/errors.ts';
import { type BetId, shardOf } from '../bets/ids.ts';
import type { BetsBehindFence, BetStore, IdempotencyRecord, InsertResult } from '../bets/store.ts';
import { translateFailure } from './failures.ts';
import { betFromItem, betIdFromItem, eventFenceKey, itemFromBet, recordFromItem } from './items.ts';
import {
  attempt,
  batchGet,
  CONDITION_FAILED,
  pause,
  queryPage,
  sendBare,
  type Session,
} from './session.ts';

type BetMethods = Pick<
  BetStore,
  | 'insertBet'
  | 'findPlaced'
  | 'findBet'
  | 'findBets'
  | 'newestBets'
  | 'newestBetIds'
  | 'oldestBetIds'
>;

/** The tables `bets` and `idempotencyKeys`. */
export function betMethods(session: Session): BetMethods {
  return {
    insertBet: (bet, key, signal) => insertBet(session, bet, key, signal),
    findPlaced: (id, key, signal) => findPlaced(session, id, key, signal),
    findBet: (id, signal) => findBet(session, id, signal),
    findBets: async (ids, signal) => {
      const items = await batchGet(session, 'bets', ids.map(betKey), signal);
      return items.map(betFromItem);
    },
    newestBets: async (shard, before, limit, signal) => {
      const { items, end } = await queryPage(
        session,
        newestInShard(session, shard, before),
        limit,
        signal,
      );
      return { items: items.map(betFromItem), end };
    },
    newestBetIds: async (behind, before, limit, signal) => {
      const input = { ...idsBehind(session, behind, '<', before), ScanIndexForward: false };
      const { items, end } = await queryPage(session, input, limit, signal);
      return { items: items.map(betIdFromItem), end };
    },
    oldestBetIds: async (behind, after, limit, signal) => {
      const { items, end } = await queryPage(
        session,
        idsBehind(session, behind, '>', after),
        limit,
        signal,
      );
      return { items: items.map(betIdFromItem), end };
    },
  };
}

function betKey(id: BetId): { shard: string; betId: BetId } {
  return { shard: shardOf(id), betId: id };
}

const FENCE_IS_OPEN = 'attribute_not_exists(closedAt)';
const BET_IS_NEW = 'attribute_not_exists(betId)';
const KEY_IS_NEW = 'attribute_not_exists(#key)';

function insertion(
  { tables }: Session,
  bet: PlacedBet,
  record: IdempotencyRecord | undefined,
): TransactWriteItemsCommandInput {
  const countBet = {
    TableName: tables.fences,
    Key: { eventFence: { S: eventFenceKey(bet) } },
    UpdateExpression: 'ADD placed :one, stakedMinor :stake',
    ConditionExpression: FENCE_IS_OPEN,
    ExpressionAttributeValues: { ':one': { N: '1' }, ':stake': { N: bet.amountMinor.toString() } },
  };
  const putBet = {
    TableName: tables.bets,
    Item: marshall(itemFromBet(bet)),
    ConditionExpression: BET_IS_NEW,
  };
  const putKey = record && {
    TableName: tables.idempotencyKeys,
    Item: marshall(record),
    ConditionExpression: KEY_IS_NEW,
    ExpressionAttributeNames: { '#key': 'key' },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  };
  return {
    TransactItems: [{ Update: countBet }, { Put: putBet }, ...(putKey ? [{ Put: putKey }] : [])],
  };
}

async function insertBet(
  session: Session,
  bet: PlacedBet,
  record: IdempotencyRecord | undefined,
  signal: AbortSignal,
): Promise<InsertResult> {
  // The SDK adds a client request token, so that its own retry of a lost reply is the same write.
  const command = new TransactWriteItemsCommand(insertion(session, bet, record));
  try {
    await sendBare(session, command, signal);
    return { kind: 'inserted' };
  } catch (error) {
    if (error instanceof TransactionCanceledException) return refusal(error);
    if (error instanceof Error && error.name === 'TransactionInProgressException') {
      return { kind: 'contended' };
    }
    throw translateFailure(error);
  }
}

const CONTENTION = new Set([
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
]);

/** A bet or key that is there answers before a closed fence does: a retry of what landed replays it. */
function refusal(error: TransactionCanceledException): InsertResult {
  const [fence, bet, key] = error.CancellationReasons ?? [];
  if (bet?.Code === CONDITION_FAILED) return { kind: 'bet-exists' };
  if (key?.Code === CONDITION_FAILED)
    return { kind: 'key-taken', record: recordFromItem(unmarshall(key.Item ?? {})) };
  if (fence?.Code === CONDITION_FAILED) return { kind: 'fence-closed' };
  const contended = [fence, bet, key].some((reason) => CONTENTION.has(reason?.Code ?? ''));
  if (contended) return { kind: 'contended' };
  throw error;
}

const FIND_PLACED_TRIES = 10;

/**
 * A transactional read: unlike `GetItem` it does not look past a write that is under way, but is refused.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
 */
async function findPlaced(
  session: Session,
  id: BetId | undefined,
  key: string | undefined,
  signal: AbortSignal,
): Promise<{ bet?: PlacedBet; record?: IdempotencyRecord }> {
  const { bets, idempotencyKeys } = session.tables;
  const gets = [
    ...(id === undefined ? [] : [{ Get: { TableName: bets, Key: betKey(id) } }]),
    ...(key === undefined ? [] : [{ Get: { TableName: idempotencyKeys, Key: { key } } }]),
  ];
  for (let tries = 1; tries <= FIND_PLACED_TRIES; tries += 1) {
    try {
      const command = new TransactGetCommand({ TransactItems: gets });
      const { Responses = [] } = await session.client.send(command, { abortSignal: signal });
      const bet = id === undefined ? undefined : Responses[0]?.Item;
      const record = key === undefined ? undefined : Responses[gets.length - 1]?.Item;
      return {
        ...(bet !== undefined && { bet: betFromItem(bet) }),
        ...(record !== undefined && { record: recordFromItem(record) }),
      };
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw translateFailure(error);
    }
    await pause(session, tries, signal);
  }
  throw unavailable(`The bet stayed under way for ${FIND_PLACED_TRIES} tries to read it.`);
}

async function findBet(
  { client, tables }: Session,
  id: BetId,
  signal: AbortSignal,
): Promise<PlacedBet | undefined> {
  const command = new GetCommand({ TableName: tables.bets, Key: betKey(id), ConsistentRead: true });
  const { Item } = await attempt(client.send(command, { abortSignal: signal }));
  return Item && betFromItem(Item);
}

function newestInShard(
  { tables }: Session,
  shard: string,
  before: BetId | undefined,
): QueryCommandInput {
  return {
    TableName: tables.bets,
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
}

function idsBehind(
  { tables }: Session,
  behind: BetsBehindFence,
  side: '<' | '>',
  bound: BetId | undefined,
): QueryCommandInput {
  const inFence = 'eventFence = :fence';
  return {
    TableName: tables.bets,
    IndexName: 'byEvent',
    KeyConditionExpression: bound === undefined ? inFence : `${inFence} AND betId ${side} :bound`,
    ExpressionAttributeValues: {
      ':fence': eventFenceKey(behind),
      ...(bound !== undefined && { ':bound': bound }),
    },
    ProjectionExpression: 'betId',
  };
}
