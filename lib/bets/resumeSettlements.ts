import type { Dependencies } from './dependencies.ts';
import type { Settlement } from './event.ts';
import { completeIntent } from './settleEvent.ts';
import type { UnfinishedEvent } from './store.ts';
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
 * stored statuses that do not show the result yet. Ends when nothing is left or when `signal` says so.
 */
export async function resumeSettlements(
  deps: Dependencies,
  signal: AbortSignal,
): Promise<ResumeReport> {
  const events = await deps.store.unfinishedEvents(MAX_EVENTS, signal);
  deps.observer.unfinishedFound(events.length, ageOf(events, deps.clock.now()));
  const finished: string[] = [];
  const failures: unknown[] = [];
  for (const { eventId } of events) {
    if (signal.aborted) break;
    try {
      if (await resume(deps, eventId, signal)) finished.push(eventId);
    } catch (error) {
      // The oldest comes first in every run: it must not keep the others from their turn.
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'Some settlements cannot go on');
  return { found: events.length, finished };
}

async function resume(deps: Dependencies, eventId: string, signal: AbortSignal): Promise<boolean> {
  const settlement = await inForce(deps, eventId, signal);
  return settlement?.state === 'settling' && sweep(deps, eventId, settlement, signal);
}

/** Of the one that has been waiting longest, in milliseconds; another machine's clock may be ahead. */
function ageOf(events: readonly UnfinishedEvent[], now: number): number {
  return Math.max(0, ...events.map(({ since }) => now - since));
}

async function inForce(
  deps: Dependencies,
  eventId: string,
  signal: AbortSignal,
): Promise<Settlement | undefined> {
  const event = await deps.store.findEvent(eventId, signal);
  if (event?.intent === undefined || event.settlement !== undefined) return event?.settlement;
  return completeIntent(deps, event, event.intent, signal);
}
