import type { BatchStatementError } from '@aws-sdk/client-dynamodb';
import type { QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { BatchExecuteStatementCommand } from '@aws-sdk/lib-dynamodb';
import { type PlacedBet, statusFor } from '../bets/bet.ts';
import { unavailable } from '../bets/errors.ts';
import { type BetId, type BetRange, lastIdBelow, shardOf } from '../bets/ids.ts';
import { retry } from '../bets/retry.ts';
import type { Bets, BetsBehindFence } from '../bets/store.ts';
import { attempt } from './failures.ts';
import type { GroupCommit } from './groupCommit.ts';
import { betItem, betKeyItem, eventFenceKey, keyItem, toInstant } from './items.ts';
import {
  batchGet,
  BUSY,
  CONDITION_FAILED,
  queryPage,
  type Session,
  THROTTLED,
  transactGet,
} from './session.ts';

const FIND_PLACED_TRIES = { tries: 10, ...BUSY };
const STORE_RESULT_TRIES = { tries: 5, ...BUSY };

type Code = BatchStatementError['Code'];
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
  readonly #groups: GroupCommit;

  constructor(session: Session, groups: GroupCommit) {
    this.#session = session;
    this.#groups = groups;
  }

  insert: Bets['insert'] = (placement) => this.#groups.insert(placement, this.#session.wait);

  find: Bets['find'] = async (ids) => {
    const items = await batchGet(this.#session, 'bets', ids.map(betKey));
    return items.map(toBet);
  };

  findPlaced: Bets['findPlaced'] = async (id, key) => {
    const betKeys = id === undefined ? [] : [['bets', betKey(id)] as const];
    const keys = key === undefined ? [] : [['idempotencyKeys', { key }] as const];
    const found = await retry(this.#session.wait, FIND_PLACED_TRIES, () =>
      transactGet(this.#session, [...betKeys, ...keys]),
    );
    if (found === undefined) {
      const { tries } = FIND_PLACED_TRIES;
      throw unavailable(`The bet stayed under way for ${tries} tries to read it.`);
    }
    const bet = id === undefined ? undefined : found[0];
    const record = key === undefined ? undefined : found[betKeys.length];
    return { ...(bet && { bet: toBet(bet) }), ...(record && { record: keyItem.parse(record) }) };
  };

  newest: Bets['newest'] = async (shard, range, limit) => {
    if (isEmpty(range)) return { items: [], end: true };
    const [inRange, bounds] = conditionOf(range);
    const input: QueryCommandInput = {
      TableName: this.#session.tables.bets,
      KeyConditionExpression: `#shard = :shard${inRange}`,
      ExpressionAttributeNames: { '#shard': 'shard' },
      ExpressionAttributeValues: { ':shard': shard, ...bounds },
      ConsistentRead: true,
      ScanIndexForward: false,
    };
    return queryPage(this.#session, input, limit, toBet);
  };

  newestIds: Bets['newestIds'] = async (behind, range, limit) => {
    if (isEmpty(range)) return { items: [], end: true };
    const input = { ...this.#idsBehind(behind, conditionOf(range)), ScanIndexForward: false };
    return queryPage(this.#session, input, limit, toBetId);
  };

  oldestIds: Bets['oldestIds'] = (behind, after, limit) => {
    const isNewer: Condition =
      after === undefined ? ['', {}] : [' AND betId > :after', { ':after': after }];
    return queryPage(this.#session, this.#idsBehind(behind, isNewer), limit, toBetId);
  };

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
    const met: BetId[] = [];
    let left = [...ids];
    await retry(wait, STORE_RESULT_TRIES, async () => {
      const parameters = left.map((id) => [...set, shardOf(id), id, version]);
      const Statements = parameters.map((Parameters) => ({ Statement, Parameters }));
      const command = new BatchExecuteStatementCommand({ Statements });
      const { Responses } = await attempt(client.send(command, options));
      const fates = Map.groupBy(left, (id, index) => fateOf(id, Responses?.[index]));
      stored.push(...(fates.get('stored') ?? []));
      met.push(...(fates.get('met') ?? []));
      left = fates.get('left') ?? [];
      return left.length === 0 ? stored : undefined;
    });
    return { stored, met };
  };

  #idsBehind(behind: BetsBehindFence, [condition, bounds]: Condition): QueryCommandInput {
    return {
      TableName: this.#session.tables.bets,
      IndexName: 'byEvent',
      KeyConditionExpression: `eventFence = :fence${condition}`,
      ExpressionAttributeValues: { ':fence': eventFenceKey(behind), ...bounds },
      ProjectionExpression: 'betId',
    };
  }
}

/** What a query asks of the ids of bets, and the values in it. */
type Condition = [expression: string, values: Record<string, BetId>];

/** A key has one condition: `BETWEEN`, which includes both ends, where there are two bounds. */
function conditionOf({ from, before }: BetRange): Condition {
  if (from === undefined) {
    return before === undefined ? ['', {}] : [' AND betId < :before', { ':before': before }];
  }
  if (before === undefined) return [' AND betId >= :from', { ':from': from }];
  const bounds = { ':from': from, ':last': lastIdBelow(before) };
  return [' AND betId BETWEEN :from AND :last', bounds];
}

/** DynamoDB refuses a range whose end is below its beginning. */
function isEmpty({ from, before }: BetRange): boolean {
  return from !== undefined && before !== undefined && before <= from;
}

const betKey = (id: BetId) => ({ shard: shardOf(id), betId: id });
const toBet = (item: unknown): PlacedBet => betItem.parse(item);
const toBetId = (item: unknown): BetId => betKeyItem.parse(item).betId;

/** Whether the bet is at the version or above; `left` after a transient error. Throws on others. */
function fateOf(
  id: BetId,
  response?: { Error?: BatchStatementError | undefined },
): 'stored' | 'met' | 'left' {
  // A statement that nothing was said of is one that was not carried out.
  if (response === undefined) return 'left';
  const error = response.Error;
  if (error === undefined) return 'stored';
  if (error.Code === CONDITION_FAILED) return 'met';
  if (TRANSIENT_STATEMENT_ERRORS.has(error.Code)) return 'left';
  throw new Error(`Storing the result of bet ${id} failed: ${error.Code} ${error.Message}`);
}
