import pLimit from 'p-limit';
import type { Context } from './context.ts';
import { BetError } from './errors.ts';
import type { EventRecord, ListKey } from './event.ts';
import { closeAndPutInForce } from './settleEvent.ts';
import { sweep, type SweepReport } from './sweep.ts';

/** Events read at once, and taken up in one run at most; the next run takes the rest. */
const PAGE = 100;
const MAX_PAGES = 10;
/** Events whose bets are stored side by side: one that takes long holds up none of the others. */
const EVENTS_AT_ONCE = 4;
/** Events set aside that are tried again in one run at most, each with one walk over its bets. */
const MAX_ASIDE = 20;
const ASIDE_WALKS = 1;
/** One set aside is tried in every run at first, and later at least so often. */
const MAX_PAUSE_MINUTES = 64;
const MINUTE_MS = 60_000;

export interface ResumeReport {
  /** Events that were found with a settlement going on. */
  found: number;
  /** Those of them whose bets all have the result stored now. */
  finished: string[];
  /** Those of them that cannot end: their counts or their item are wrong. */
  torn: string[];
}

/**
 * Carries on what requests left behind: first results that were noted and not put in force, and
 * stored statuses that do not show the result yet. Ends when nothing is left or the time is over.
 * An event of which the counts do not match its bets is set aside. If they do not match in the next
 * run either, it is torn, and told as such. One that cannot be read is named and passed over.
 */
export async function resumeSettlements(context: Context): Promise<ResumeReport> {
  const { observer, now } = context;
  const { events, unreadable } = await unfinishedEvents(context);
  const aside = events.filter(isAside);
  const others = events.filter((event) => !isAside(event)).toSorted(byBets);
  observer.unfinishedFound(others.length, oldestAgeMs(others, now()));
  const progress: Progress[] = [];
  const failures: unknown[] = [];
  const takeUp = async (event: EventRecord): Promise<void> => {
    if (context.signal.aborted) return;
    try {
      progress.push(await resume(context, event));
    } catch (cause) {
      // It must not keep the others from their turn.
      const end = endBy(context, cause);
      observer.sweepUnfinished({ ...beginning(event), end, cause });
      if (end === 'failed') failures.push(cause);
    }
  };
  const inTurn = pLimit(EVENTS_AT_ONCE);
  await inTurn.map(others, takeUp);
  await inTurn.map(dueAgain(context, aside), takeUp);
  const finished = progress.filter((each) => each.finished).map(({ eventId }) => eventId);
  const setAside = aside.map(({ eventId }) => eventId).filter((id) => !finished.includes(id));
  const torn = [...setAside, ...unreadable];
  const moved = progress.some((each) => each.moved);
  observer.runEnded(torn.length, moved ? 0 : others.length);
  if (failures.length > 0) throw new AggregateError(failures, 'Some settlements cannot go on');
  return { found: events.length + unreadable.length, finished, torn };
}

/** The oldest first. */
async function unfinishedEvents({ store: { events }, observer }: Context) {
  const all: EventRecord[] = [];
  const unreadable: string[] = [];
  const onUnreadable = (eventId: string, cause: unknown): void => {
    observer.eventUnreadable(eventId, cause);
    unreadable.push(eventId);
  };
  let after: ListKey | undefined;
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const { items, end } = await events.unfinished('oldest-first', after, PAGE);
    const eventIds = items.map(({ eventId }) => eventId);
    const found = await events.find(eventIds, onUnreadable);
    all.push(...items.flatMap(({ eventId }) => found.get(eventId) ?? []));
    after = items.at(-1)?.listKey;
    if (end) break;
  }
  return { events: all, unreadable };
}

const isAside = ({ settlement }: EventRecord): boolean => settlement?.asideSince !== undefined;

/** Many small events are over before one that is large. */
function byBets(one: EventRecord, other: EventRecord): number {
  return (one.settlement?.bets ?? 0) - (other.settlement?.bets ?? 0);
}

/** Some of those set aside: the index may have caught up, or somebody mended them. */
function dueAgain({ now, random }: Context, aside: readonly EventRecord[]): EventRecord[] {
  const due = aside.filter(({ settlement: { asideSince = 0 } = {} }) => isDue(now() - asideSince));
  const first = Math.floor(random() * due.length);
  return [...due.slice(first), ...due.slice(0, first)].slice(0, MAX_ASIDE);
}

/** After 0, 1, 2, 4, 8 minutes and so on; for two minutes each time, so that a run meets it. */
function isDue(asideMs: number): boolean {
  const minutes = Math.max(0, Math.floor(asideMs / MINUTE_MS));
  const pause = 2 ** Math.floor(Math.log2(Math.max(1, minutes)));
  return minutes % Math.min(pause, MAX_PAUSE_MINUTES) < 2;
}

function oldestAgeMs(events: readonly EventRecord[], now: number): number {
  const decisions = events.flatMap(({ intent, settlement }) => settlement ?? intent ?? []);
  // Another machine's clock may be ahead.
  return Math.max(0, ...decisions.map(({ decidedAt }) => now - decidedAt));
}

/** Before anything was stored. */
function beginning({ eventId, settlement }: EventRecord) {
  return {
    eventId,
    version: settlement?.version ?? 0,
    bets: settlement?.bets ?? 0,
    settled: 0,
    stored: 0,
  };
}

function endBy({ signal }: Context, cause: unknown): SweepReport['end'] {
  if (!(cause instanceof BetError && cause.code === 'unavailable')) return 'failed';
  return signal.aborted ? 'out-of-time' : 'store-failed';
}

/** What came of a settlement in a run. */
interface Progress {
  eventId: string;
  finished: boolean;
  /** Whether anything was written for it. */
  moved: boolean;
}

async function resume(context: Context, event: EventRecord): Promise<Progress> {
  const { store, observer, now } = context;
  const { eventId, intent, settlement } = event;
  // A result that was only noted is put in force first.
  const noted = settlement === undefined ? intent : undefined;
  const decided = noted ? await closeAndPutInForce(context, event, noted) : event;
  const current = decided?.settlement;
  if (current?.state !== 'settling')
    return { eventId, finished: false, moved: noted !== undefined };
  const maxWalks = isAside(event) ? ASIDE_WALKS : undefined;
  const report = await sweep(context, event, current, maxWalks);
  if (report.end === 'counts-differ') {
    if (isAside(event)) observer.settlementTorn(report);
    else await store.events.setAside(eventId, current.version, now());
  }
  const finished = report.end === 'finished';
  return { eventId, finished, moved: finished || report.stored > 0 };
}
