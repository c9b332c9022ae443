import { type Bet, type BetStatus, type PlacedBet, underResult } from './bet.ts';
import type { Context } from './context.ts';
import { BetError } from './errors.ts';
import { type BetId, isBetId, SHARDS } from './ids.ts';
import { cutPage, mergeNewestFirst, type Source } from './mergeNewestFirst.ts';
import type { BetStore } from './store.ts';

/** Bets in a page at most. */
export const MAX_PAGE = 1000;

export interface ListRequest {
  /** 1 to `MAX_PAGE`. */
  limit: number;
  /** Only bets older than this one. */
  before?: BetId | undefined;
  eventId?: string | undefined;
  /** Applied to the page that was read: a page may show fewer bets than it covers, even none. */
  status?: BetStatus | undefined;
}

export interface BetPage {
  bets: Bet[];
  /** Where the next page begins, unless this was the last. */
  next?: BetId;
}

/**
 * A page of the history, newest first. A walk over the pages sees every bet that was there when it
 * began exactly once: ids never change, and each page begins below the one before.
 */
export async function listBets({ store }: Context, request: ListRequest): Promise<BetPage> {
  const { limit, before, eventId, status } = request;
  const found =
    eventId === undefined
      ? await newestOfAll(store, before, limit + 1)
      : await newestOnEvent(store, eventId, before, limit + 1);
  const { page, ...next } = cutPage(found, (bet) => bet.id, limit);
  const all = await underResults(store, page);
  const bets = status === undefined ? all : all.filter((bet) => bet.status === status);
  return { bets, ...next };
}

/** Throws `bet-not-found`. */
export async function getBet({ store }: Context, id: string): Promise<Bet> {
  const placed = isBetId(id) ? await store.bets.find([id]) : [];
  const [bet] = await underResults(store, placed);
  if (bet === undefined) throw new BetError('bet-not-found', 'There is no bet with this id.');
  return bet;
}

/** Bets were read before the results, so none is shown without a result that it must have. */
export async function underResults(store: BetStore, bets: readonly PlacedBet[]): Promise<Bet[]> {
  if (bets.length === 0) return [];
  const results = await store.events.findResults([...new Set(bets.map((bet) => bet.eventId))]);
  return bets.map((bet) => underResult(bet, results.get(bet.eventId)));
}

function newestOfAll({ bets }: BetStore, before: BetId | undefined, limit: number) {
  const sources: Source<PlacedBet>[] = SHARDS.map(
    (shard) => (from, count) => bets.newest(shard, from ?? before, count),
  );
  return mergeNewestFirst(sources, (bet) => bet.id, limit);
}

async function newestOnEvent(
  { bets, events }: BetStore,
  eventId: string,
  before: BetId | undefined,
  limit: number,
): Promise<PlacedBet[]> {
  const event = (await events.find([eventId])).get(eventId);
  const behind = Array.from({ length: event?.fences ?? 0 }, (_, fence) => ({ eventId, fence }));
  const sources: Source<BetId>[] = behind.map(
    (fence) => (from, count) => bets.newestIds(fence, from ?? before, count),
  );
  const ids = await mergeNewestFirst(sources, (id) => id, limit);
  const byId = new Map((await bets.find(ids)).map((bet) => [bet.id, bet]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}
