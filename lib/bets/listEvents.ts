import type { Dependencies } from './dependencies.ts';
import {
  type Activity,
  EVENT_STATES,
  type EventRecord,
  type EventReport,
  type EventState,
  openReport,
  settlementReport,
} from './event.ts';
import { mergeNewestFirst, type Source } from './mergeNewestFirst.ts';
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

/**
 * A page of the events, newest activity first. The order comes from an index that may lag; what is said
 * of each event is read from the event itself, so an event that left the state asked for is not shown.
 * A walk over the pages sees every event that was there when it began; one with new activity meanwhile
 * moves to the front, and is seen where it was, where it is, or both.
 */
export async function listEvents(
  { store }: Pick<Dependencies, 'store'>,
  { limit, before, state }: ListEventsRequest,
  signal: AbortSignal,
): Promise<EventPage> {
  const states = state === undefined ? EVENT_STATES : [state];
  const sources = states.map(
    (each): Source<ListedEvent> =>
      (from, count) =>
        store.listedEvents(each, from ?? before, count, signal),
  );
  // One more than is shown tells whether there is a next page.
  const found = await mergeNewestFirst(sources, ({ activity }) => activity, limit + 1);
  const page = found.slice(0, limit);
  const events = await readReports(store, new Set(page.map(({ eventId }) => eventId)), signal);
  const last = page.at(-1);
  return {
    events: state === undefined ? events : events.filter((event) => event.state === state),
    ...(found.length > limit && last !== undefined && { next: last.activity }),
  };
}

/** In the order of the ids; an event that changes its state meanwhile is twice in the index for a moment. */
async function readReports(
  store: BetStore,
  eventIds: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<EventReport[]> {
  if (eventIds.size === 0) return [];
  const records = await store.findEvents([...eventIds], signal);
  const byId = new Map(records.map((record) => [record.eventId, record]));
  const reports = await Promise.all(
    [...eventIds].map((eventId) => readReport(store, byId.get(eventId), signal)),
  );
  return reports.filter((report) => report !== undefined);
}

/** Undefined for an event on which no bet was placed in the end, as it is when it is read alone. */
async function readReport(
  store: BetStore,
  record: EventRecord | undefined,
  signal: AbortSignal,
): Promise<EventReport | undefined> {
  if (record === undefined) return undefined;
  const { eventId, settlement } = record;
  if (settlement?.state === 'settled') return settlementReport(eventId, settlement, []);
  const fences = await store.findFences(eventId, signal);
  if (settlement !== undefined) return settlementReport(eventId, settlement, fences);
  const report = openReport(eventId, fences);
  return report.bets.total === 0 ? undefined : report;
}
