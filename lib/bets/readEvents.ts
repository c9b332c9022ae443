import type { Context } from './context.ts';
import { BetError } from './errors.ts';
import type { Activity, EventReport, EventState, Settlement } from './event.ts';
import { EVENT_STATES, openReport, settlementReport } from './event.ts';
import { cutPage, mergeNewestFirst, type Source } from './mergeNewestFirst.ts';
import type { BetStore, ListedEvent } from './store.ts';

/** Events in a page at most: the fences of each that is not settled are read for its counts. */
export const MAX_EVENTS_PAGE = 100;

export interface ListEventsRequest {
  /** 1 to `MAX_EVENTS_PAGE`. */
  limit: number;
  /** Only events whose activity is older. */
  before?: Activity | undefined;
  state?: EventState | undefined;
}

export interface EventPage {
  events: EventReport[];
  /** Where the next page begins, unless this was the last. */
  next?: Activity;
}

/** Throws `event-not-found` for an event that has no bet and no result. */
export async function getEvent({ store }: Context, eventId: string): Promise<EventReport> {
  const [event] = await readEvents(store, [eventId]);
  if (event !== undefined) return event;
  throw new BetError('event-not-found', `Nothing is known of event ${eventId}.`);
}

/**
 * A page of the events, newest activity first. The order comes from an index that may lag. What is
 * said of each event is read from the event itself, so an event that left the state asked for is
 * not shown. A walk over the pages sees every event that was there when it began, but one with new
 * activity meanwhile moves to the front: it is seen where it was, where it is, both, or not at all.
 */
export async function listEvents(
  { store }: Context,
  { limit, before, state }: ListEventsRequest,
): Promise<EventPage> {
  const states = state === undefined ? EVENT_STATES : [state];
  const sources: Source<ListedEvent>[] = states.map(
    (each) => (from, count) => store.events.listed(each, from ?? before, count),
  );
  const found = await mergeNewestFirst(sources, ({ activity }) => activity, limit + 1);
  const { page, ...next } = cutPage(found, ({ activity }) => activity, limit);
  // An event that changes its state is in the index twice for a moment.
  const all = await readEvents(store, [...new Set(page.map(({ eventId }) => eventId))]);
  const events = state === undefined ? all : all.filter((event) => event.state === state);
  return { events, ...next };
}

/** Each event as it is now, in the order of the ids; without those of which nothing is known. */
async function readEvents(store: BetStore, eventIds: readonly string[]): Promise<EventReport[]> {
  if (eventIds.length === 0) return [];
  const records = await store.events.find(eventIds);
  const reports = await Promise.all(
    eventIds.map(async (eventId) => {
      const settlement = records.get(eventId)?.settlement;
      if (settlement !== undefined) return reportSettlement(store, eventId, settlement);
      return openReport(eventId, await store.fences.find(eventId));
    }),
  );
  // An event that was noted may have neither a result nor, in the end, a bet.
  return reports.filter((report) => report.version > 0 || report.bets.total > 0);
}

/** An event under a result, with how far a settlement that goes on has come. */
export async function reportSettlement(
  { fences }: BetStore,
  eventId: string,
  settlement: Settlement,
): Promise<EventReport> {
  const unfinished = settlement.state === 'settling' ? await fences.find(eventId) : [];
  return settlementReport(eventId, settlement, unfinished);
}
