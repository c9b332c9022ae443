import { type Bet, type BetStatus, type PlacedBet, type Result, underResult } from './bet.ts';
import type { Context } from './context.ts';
import { BetError } from './errors.ts';
import { type BetId, type BetRange, firstIdAt, isBetId, SHARDS } from './ids.ts';
import { cutPage, mergeNewestFirst, type Source } from './mergeNewestFirst.ts';
import type { BetStore } from './store.ts';

/** Bets in a page at most. */
export const MAX_PAGE = 1000;

/**
 * Bets that a list with a status looks through in one call at most. A page with fewer bets than
 * were asked for, even none, is the last one or ends after so many.
 */
export const MAX_SEARCHED = 5_000;

export interface ListRequest {
  /** 1 to `MAX_PAGE`. */
  limit: number;
  /** Only bets older than this one. */
  before?: BetId | undefined;
  /** Only bets placed at this instant or later, in milliseconds since the epoch. */
  placedFrom?: number | undefined;
  /** Only bets placed before this instant, in milliseconds since the epoch. */
  placedBefore?: number | undefined;
  eventId?: string | undefined;
  status?: BetStatus | undefined;
}

export interface BetPage {
  bets: Bet[];
  /** Where the next page begins, unless this was the last. */
  next?: BetId;
}

/** Up to `count` of the newest bets in a range. */
type Read = (range: BetRange, count: number) => Promise<PlacedBet[]>;

/**
 * A page of the history, newest first. A walk over the pages sees every bet that was there when it
 * began exactly once: ids never change, and each page begins below the one before.
 */
export async function listBets({ store }: Context, request: ListRequest): Promise<BetPage> {
  const { limit, eventId, status } = request;
  const read = eventId === undefined ? readAll(store) : await readEvent(store, eventId);
  const range = rangeOf(request);
  if (status !== undefined) return search(store, read, range, limit, status);
  const { page, ...next } = cutPage(await read(range, limit + 1), idOf, limit);
  return { bets: await underResults(store, page), ...next };
}

const idOf = (bet: PlacedBet): BetId => bet.id;

function rangeOf({ before, placedFrom, placedBefore }: ListRequest): BetRange {
  const from = placedFrom === undefined ? undefined : firstIdAt(placedFrom);
  const end = placedBefore === undefined ? undefined : firstIdAt(placedBefore);
  const [lower] = [before, end].filter((bound) => bound !== undefined).toSorted();
  return { from, before: lower };
}

/** Reads on, twice as many each time, until the page is full or enough was looked through. */
async function search(
  store: BetStore,
  read: Read,
  range: BetRange,
  limit: number,
  status: BetStatus,
): Promise<BetPage> {
  const found: Bet[] = [];
  const results: KnownResults = new Map();
  let next = range.before;
  let left = MAX_SEARCHED;
  let size = limit;
  do {
    const cut = cutPage(await read({ ...range, before: next }, size + 1), idOf, size);
    const bets = await underResults(store, cut.page, results);
    found.push(...bets.filter((bet) => bet.status === status));
    next = cut.next;
    left -= size;
    size = Math.min(2 * size, MAX_PAGE, left);
  } while (next !== undefined && size > 0 && found.length < limit);
  const bets = found.slice(0, limit);
  if (found.length > limit) next = bets.at(-1)?.id;
  return { bets, ...(next !== undefined && { next }) };
}

/** Throws `bet-not-found`. */
export async function getBet({ store }: Context, id: string): Promise<Bet> {
  const placed = isBetId(id) ? await store.bets.find([id]) : [];
  const [bet] = await underResults(store, placed);
  if (bet === undefined) throw new BetError('bet-not-found', 'There is no bet with this id.');
  return bet;
}

/** The results of events that an answer shows already, so that it shows no other ones. */
type KnownResults = Map<string, Result | undefined>;

/** Results are read within the request, so none is missing that was acknowledged before it. */
export async function underResults(
  store: BetStore,
  bets: readonly PlacedBet[],
  known: KnownResults = new Map(),
): Promise<Bet[]> {
  const eventIds = new Set(bets.map((bet) => bet.eventId));
  const unknown = [...eventIds].filter((eventId) => !known.has(eventId));
  const found = unknown.length > 0 ? await store.events.findResults(unknown) : undefined;
  for (const eventId of unknown) known.set(eventId, found?.get(eventId));
  return bets.map((bet) => underResult(bet, known.get(bet.eventId)));
}

function readAll({ bets }: BetStore): Read {
  return (range, limit) => {
    const sources: Source<PlacedBet>[] = SHARDS.map(
      (shard) => (older, count) =>
        bets.newest(shard, { ...range, before: older ?? range.before }, count),
    );
    return mergeNewestFirst(sources, idOf, limit);
  };
}

async function readEvent({ bets, events }: BetStore, eventId: string): Promise<Read> {
  const event = (await events.find([eventId])).get(eventId);
  const behind = Array.from({ length: event?.fences ?? 0 }, (_, fence) => ({ eventId, fence }));
  return async (range, limit) => {
    const sources: Source<BetId>[] = behind.map(
      (fence) => (older, count) =>
        bets.newestIds(fence, { ...range, before: older ?? range.before }, count),
    );
    const ids = await mergeNewestFirst(sources, (id) => id, limit);
    const byId = new Map((await bets.find(ids)).map((bet) => [bet.id, bet]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  };
}
