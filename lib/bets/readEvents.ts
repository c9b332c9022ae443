import type { Context } from './context.ts';
import { BetError, unavailable } from './errors.ts';
import type { EventReport, EventState, Fence, ListKey, Settlement } from './event.ts';
import { type EventRecord, openReport, settlementReport } from './event.ts';
import { SHARDS } from './ids.ts';
import { cutPage, mergeNewestFirst, type Source } from './mergeNewestFirst.ts';
import { retry } from './retry.ts';
import type { BetStore, FencedEvent, ListedEvent } from './store.ts';

/** Events in a page at most: the fences of each that is not settled are read for its counts. */
export const MAX_EVENTS_PAGE = 100;

/** Looks at an event that seems to have no bet; together they take about three seconds at most. */
const FIRST_BET_TRIES = { tries: 10, baseMs: 20, capMs: 500 };

export interface ListEventsRequest {
  /** 1 to `MAX_EVENTS_PAGE`. */
  limit: number;
  /** Only events that were first known earlier. */
  before?: ListKey | undefined;
  state?: EventState | undefined;
}

export interface EventPage {
  events: EventReport[];
  /** Where the next page begins, unless this was the last. */
  next?: ListKey;
}

/** Throws `event-not-found` for an event that has no bet and no result. */
export async function getEvent(context: Context, eventId: string): Promise<EventReport> {
  const records = await context.store.events.find([eventId]);
  const [event] = await report(context, [...records.values()]);
  if (event !== undefined) return event;
  throw new BetError('event-not-found', `Nothing is known of event ${eventId}.`);
}

/**
 * A page of the events, the one that was first known last comes first. A walk over the pages sees
 * every event that was there when it began exactly once. Events in a state come from an index,
 * which may lag. What is said of each is always current, so an event that left the state is not
 * shown.
 */
export async function listEvents(
  context: Context,
  { limit, before, state }: ListEventsRequest,
): Promise<EventPage> {
  const { store } = context;
  const sources = sourcesOf(store, state).map((source): Source<ListedEvent> => {
    return (from, count) => source(from ?? before, count);
  });
  const found = await mergeNewestFirst(sources, ({ listKey }) => listKey, limit + 1);
  const { page, ...next } = cutPage(found, ({ listKey }) => listKey, limit);
  const records = await store.events.find([...new Set(page.map(({ eventId }) => eventId))]);
  const listed = page.flatMap(({ eventId, listKey }) => {
    const record = records.get(eventId);
    // Two who met the event first have listed it twice. One of the entries is true.
    return record?.listKey === listKey ? [record] : [];
  });
  const all = await report(context, listed);
  const events = state === undefined ? all : all.filter((event) => event.state === state);
  return { events, ...next };
}

function sourcesOf({ events }: BetStore, state: EventState | undefined): Source<ListedEvent>[] {
  switch (state) {
    case undefined:
      return SHARDS.map((shard) => (from, count) => events.listed(shard, from, count));
    case 'settling':
      return [(from, count) => events.unfinished('newest-first', from, count)];
    case 'open':
    case 'settled': {
      const has = state === 'open' ? 'no-result' : 'result';
      return SHARDS.map((shard) => (from, count) => events.listedBy(has, shard, from, count));
    }
  }
}

/** What readers see of each event, without those that have neither a bet nor a result. */
async function report(context: Context, records: readonly EventRecord[]): Promise<EventReport[]> {
  const unsettled = records.filter(({ settlement }) => settlement?.state !== 'settled');
  const seen = await context.store.fences.find(unsettled);
  const empty = unsettled.filter(({ eventId, settlement }) => {
    return settlement === undefined && !hasBet(seen.get(eventId));
  });
  const fences = new Map([...seen, ...(await findFirstBets(context, empty))]);
  return records.flatMap(({ eventId, settlement }) => {
    const own = fences.get(eventId) ?? [];
    if (settlement !== undefined) return settlementReport(eventId, settlement, own);
    return hasBet(own) ? openReport(eventId, own) : [];
  });
}

const hasBet = (fences: readonly Fence[] = []): boolean => fences.some(({ placed }) => placed > 0);

/**
 * The fences of events whose first bet seems to be missing. The items of a transaction become
 * visible one by one: that bet may be acknowledged, to somebody who found it, before it is counted.
 */
async function findFirstBets(
  { store, ...wait }: Context,
  events: readonly FencedEvent[],
): Promise<Map<string, Fence[]>> {
  let fences = new Map<string, Fence[]>();
  let left = events;
  const found = await retry(wait, FIRST_BET_TRIES, async () => {
    const atRest = await store.fences.findAtRest(left);
    // A crowd's fence is hardly ever at rest. It is not empty for long.
    const now = atRest ?? (await store.fences.find(left));
    fences = new Map([...fences, ...now]);
    left = left.filter(({ eventId }) => !hasBet(now.get(eventId)));
    return atRest !== undefined || left.length === 0 ? fences : undefined;
  });
  if (found !== undefined) return found;
  throw unavailable(`The first bet on event ${left[0]?.eventId} stays under way; try again.`);
}

/** An event under a result, with how far a settlement that goes on has come. */
export async function reportSettlement(
  { fences }: BetStore,
  event: FencedEvent,
  settlement: Settlement,
): Promise<EventReport> {
  const { eventId } = event;
  const unfinished = settlement.state === 'settling' ? await fences.find([event]) : undefined;
  return settlementReport(eventId, settlement, unfinished?.get(eventId) ?? []);
}
