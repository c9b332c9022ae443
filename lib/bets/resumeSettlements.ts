import type { Context } from './context.ts';
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
  const events = await context.store.events.unfinished(MAX_EVENTS);
  const now = context.now();
  // Another machine's clock may be ahead.
  const oldestAgeMs = Math.max(0, ...events.map(({ since }) => now - since));
  context.observer.unfinishedFound(events.length, oldestAgeMs);
  const finished: string[] = [];
  const failures: unknown[] = [];
  for (const { eventId } of events) {
    if (context.signal.aborted) break;
    try {
      if (await resume(context, eventId)) finished.push(eventId);
    } catch (error) {
      // The oldest comes first in every run: it must not keep the others from their turn.
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'Some settlements cannot go on');
  return { found: events.length, finished };
}

async function resume(context: Context, eventId: string): Promise<boolean> {
  const event = (await context.store.events.find([eventId])).get(eventId);
  // A result that was only noted is put in force first.
  const noted = event?.settlement === undefined ? event?.intent : undefined;
  const settlement = noted ? await closeAndPutInForce(context, eventId, noted) : event?.settlement;
  return settlement?.state === 'settling' && sweep(context, eventId, settlement);
}
