import type { Context } from './context.ts';
import type { EventRecord } from './event.ts';
import { closeAndPutInForce } from './settleEvent.ts';
import { sweep } from './sweep.ts';

/** Events taken up in one run at most; the next run takes the rest. */
const MAX_EVENTS = 100;

export interface ResumeReport {
  /** Events that were found with a settlement going on. */
  found: number;
  /** Those of them whose bets all have the result stored now. */
  finished: string[];
}

/**
 * Carries on what requests left behind: first results that were noted and not put in force, and
 * stored statuses that do not show the result yet. Ends when nothing is left or the time is over.
 */
export async function resumeSettlements(context: Context): Promise<ResumeReport> {
  const { store, observer, signal } = context;
  const { items } = await store.events.unfinished('oldest-first', undefined, MAX_EVENTS);
  const found = await store.events.find(items.map(({ eventId }) => eventId));
  const events = items.flatMap(({ eventId }) => found.get(eventId) ?? []);
  observer.unfinishedFound(events.length, oldestAgeMs(events, context.now()));
  const finished: string[] = [];
  const failures: unknown[] = [];
  for (const event of events) {
    if (signal.aborted) break;
    try {
      if (await resume(context, event)) finished.push(event.eventId);
    } catch (error) {
      // The oldest comes first in every run: it must not keep the others from their turn.
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'Some settlements cannot go on');
  return { found: events.length, finished };
}

function oldestAgeMs(events: readonly EventRecord[], now: number): number {
  const decisions = events.flatMap(({ intent, settlement }) => settlement ?? intent ?? []);
  // Another machine's clock may be ahead.
  return Math.max(0, ...decisions.map(({ decidedAt }) => now - decidedAt));
}

async function resume(context: Context, event: EventRecord): Promise<boolean> {
  const { intent, settlement } = event;
  // A result that was only noted is put in force first.
  const noted = settlement === undefined ? intent : undefined;
  const decided = noted ? await closeAndPutInForce(context, event, noted) : event;
  const current = decided?.settlement;
  return current?.state === 'settling' && sweep(context, event, current);
}
