import type { CancellationReason } from '@aws-sdk/client-dynamodb';
import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { IdempotencyRecord, InsertResult, Placement } from '../bets/store.ts';
import { eventFenceKey, keyItem, newBetItem } from './items.ts';
import { CONDITION_FAILED, type Session, THROTTLED } from './session.ts';

const FENCE_IS_OPEN = 'attribute_exists(eventFence) AND attribute_not_exists(closedAt)';
const BET_IS_NEW = 'attribute_not_exists(betId)';
const KEY_IS_NEW = 'attribute_not_exists(#key)';

const CONTENTION = new Set<string | undefined>(['TransactionConflict', ...THROTTLED]);
/** Reasons that are understood; any other is a bug. */
const EXPECTED = new Set<string | undefined>(['None', CONDITION_FAILED, ...CONTENTION]);

type Action = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** A bet to be stored, perhaps not for the first time. */
export interface Attempt extends Placement {
  /** It was in a transaction that was cancelled, and a copy of which may still be on its way. */
  triedBefore: boolean;
}

/** What the bets of a group do to a fence, which must be there and open. */
interface Count {
  eventFence: string;
  placed: number;
  stakedMinor: bigint;
}

/** Where the actions of a bet are in its transaction. */
interface Places {
  fence: number;
  bet: number;
  key: number | undefined;
  triedBefore: boolean;
}

/** The transaction that stores a group of bets together, and what its cancellation means. */
export interface Insertion {
  input: { TransactItems: Action[] };
  /**
   * What became of each bet when the transaction was cancelled; undefined for one that nothing
   * speaks against. Undefined when the reasons tell nothing.
   */
  resultsOf: (reasons: readonly CancellationReason[]) => (InsertResult | undefined)[] | undefined;
}

/**
 * Bets, counts and keys are stored together or not at all. No item may be in a transaction twice:
 * all bets on an event go behind one of its fences, and no two bets have one key.
 */
export function insertionOf(
  tables: Session['tables'],
  group: readonly Attempt[],
  fenceOf: ReadonlyMap<string, number | undefined>,
): Insertion {
  const counts = countsOf(group, fenceOf);
  const actions: Action[] = Array.from(counts.values(), (count) => countBets(tables, count));
  const placeOfEvent = new Map(Array.from(counts.keys(), (eventId, place) => [eventId, place]));
  const places = group.map(({ bet, record, triedBefore }): Places => {
    const Item = newBetItem(bet, fenceOf.get(bet.eventId) ?? 0);
    const place = actions.push({
      Put: { TableName: tables.bets, Item, ConditionExpression: BET_IS_NEW },
    });
    const key = record === undefined ? undefined : actions.push(putKey(tables, record)) - 1;
    return { fence: placeOfEvent.get(bet.eventId) ?? 0, bet: place - 1, key, triedBefore };
  });
  return {
    input: { TransactItems: actions },
    resultsOf: (reasons) => {
      const isClear = reasons.every(({ Code }) => Code === undefined || EXPECTED.has(Code));
      const results = places.map((place) => resultOf(reasons, place));
      return isClear && results.some((result) => result !== undefined) ? results : undefined;
    },
  };
}

function countsOf(group: readonly Attempt[], fenceOf: ReadonlyMap<string, number | undefined>) {
  const counts = new Map<string, Count>();
  for (const { bet } of group) {
    const { eventId, amountMinor } = bet;
    const fence = fenceOf.get(eventId) ?? 0;
    const none = { eventFence: eventFenceKey({ eventId, fence }), placed: 0, stakedMinor: 0n };
    const count = counts.get(eventId) ?? none;
    count.placed += 1;
    count.stakedMinor += amountMinor;
    counts.set(eventId, count);
  }
  return counts;
}

function countBets(tables: Session['tables'], { eventFence, placed, stakedMinor }: Count): Action {
  return {
    Update: {
      TableName: tables.fences,
      Key: { eventFence },
      UpdateExpression: 'ADD placed :placed, stakedMinor :staked',
      ConditionExpression: FENCE_IS_OPEN,
      ExpressionAttributeValues: { ':placed': placed, ':staked': stakedMinor },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  };
}

function putKey(tables: Session['tables'], Item: IdempotencyRecord): Action {
  return {
    Put: {
      TableName: tables.idempotencyKeys,
      Item,
      ConditionExpression: KEY_IS_NEW,
      ExpressionAttributeNames: { '#key': 'key' },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  };
}

/** A bet or key that is there answers before a closed fence: a retry of what landed replays it. */
function resultOf(
  reasons: readonly CancellationReason[],
  places: Places,
): InsertResult | undefined {
  const fence = reasons[places.fence];
  const bet = reasons[places.bet];
  const key = places.key === undefined ? undefined : reasons[places.key];
  if (bet?.Code === CONDITION_FAILED) return { kind: 'bet-exists' };
  if (key?.Code === CONDITION_FAILED) {
    // The document client does not decode the items of an error.
    return { kind: 'key-taken', record: keyItem.parse(unmarshall(key.Item ?? {})) };
  }
  if (fence?.Code === CONDITION_FAILED) {
    if (fence.Item === undefined) return { kind: 'fence-missing' };
    return { kind: 'fence-closed', triedBefore: places.triedBefore };
  }
  const contended = [fence, bet, key].some((reason) => CONTENTION.has(reason?.Code));
  return contended ? { kind: 'contended' } : undefined;
}
