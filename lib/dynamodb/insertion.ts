import type { CancellationReason } from '@aws-sdk/client-dynamodb';
import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { InsertResult, Placement } from '../bets/store.ts';
import { eventFenceKey, keyItem, newBetItem } from './items.ts';
import { CONDITION_FAILED, type Session, THROTTLED } from './session.ts';

/** Actions of one `TransactWriteItems`, the most that AWS takes. */
export const MAX_ACTIONS = 100;

const FENCE_IS_OPEN = 'attribute_exists(eventFence) AND attribute_not_exists(closedAt)';
const BET_IS_NEW = 'attribute_not_exists(betId)';
const KEY_IS_NEW = 'attribute_not_exists(#key)';

const CONTENTION = new Set<string | undefined>(['TransactionConflict', ...THROTTLED]);
const HARMLESS = new Set<string | undefined>(['None', CONDITION_FAILED, ...CONTENTION]);

type Action = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** What the bets of a group on one event do to one of its fences, which must be there and open. */
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
  input: TransactWriteCommandInput;
  /**
   * What became of each bet when the transaction was cancelled; undefined for one that nothing
   * speaks against. Undefined when the reasons tell nothing.
   */
  resultsOf: (reasons: readonly CancellationReason[]) => (InsertResult | undefined)[] | undefined;
}

/** A bet to be stored, perhaps not for the first time. */
export interface Attempt extends Placement {
  /** It was in a transaction that was cancelled, and a copy of which may still be on its way. */
  triedBefore: boolean;
}

/**
 * Bets, counts and keys are stored together or not at all. No item may be in a transaction twice,
 * so all bets on an event go behind one of its fences, and no two bets may have one key.
 */
export function insertionOf(
  tables: Session['tables'],
  group: readonly Attempt[],
  random: () => number,
): Insertion {
  const counts = new Map<string, { place: number; count: Count; fence: number }>();
  const actions: Action[] = [];
  for (const { bet, fences } of group) {
    const known = counts.get(bet.eventId);
    if (known === undefined) {
      const fence = Math.floor(random() * fences);
      const eventFence = eventFenceKey({ eventId: bet.eventId, fence });
      const count = { eventFence, placed: 1, stakedMinor: bet.amountMinor };
      counts.set(bet.eventId, { place: counts.size, count, fence });
    } else {
      known.count.placed += 1;
      known.count.stakedMinor += bet.amountMinor;
    }
  }
  for (const { count } of counts.values()) actions.push({ Update: countBets(tables, count) });
  const places = group.map(({ bet, record, triedBefore }): Places => {
    const { place = 0, fence = 0 } = counts.get(bet.eventId) ?? {};
    const Item = newBetItem(bet, fence);
    actions.push({ Put: { TableName: tables.bets, Item, ConditionExpression: BET_IS_NEW } });
    const betPlace = actions.length - 1;
    if (record === undefined) return { fence: place, bet: betPlace, key: undefined, triedBefore };
    actions.push({ Put: putKey(tables, record) });
    return { fence: place, bet: betPlace, key: betPlace + 1, triedBefore };
  });
  return {
    input: { TransactItems: actions },
    resultsOf: (reasons) => {
      const isClear = reasons.every(({ Code }) => Code === undefined || HARMLESS.has(Code));
      const results = places.map((place) => resultOf(reasons, place));
      return isClear && results.some((result) => result !== undefined) ? results : undefined;
    },
  };
}

function countBets(tables: Session['tables'], { eventFence, placed, stakedMinor }: Count) {
  return {
    TableName: tables.fences,
    Key: { eventFence },
    UpdateExpression: 'ADD placed :placed, stakedMinor :staked',
    ConditionExpression: FENCE_IS_OPEN,
    ExpressionAttributeValues: { ':placed': placed, ':staked': stakedMinor },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  };
}

function putKey(tables: Session['tables'], Item: NonNullable<Placement['record']>) {
  return {
    TableName: tables.idempotencyKeys,
    Item,
    ConditionExpression: KEY_IS_NEW,
    ExpressionAttributeNames: { '#key': 'key' },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
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
