import type { Outcome } from './bet.ts';
import type { Context } from './context.ts';
import { BetError, unavailable } from './errors.ts';
import type { Decision, EventRecord, EventReport, Settlement } from './event.ts';
import { MAX_VERSIONS, totalsOf } from './event.ts';
import { reportSettlement } from './readEvents.ts';
import { retry } from './retry.ts';
import { type Base, STORE_RESULT_BATCH } from './store.ts';
import { sweep } from './sweep.ts';

export interface SettleRequest {
  eventId: string;
  outcome: Outcome;
  /** Versions of which the event must be at one, or that it must have a result at all. */
  ifVersion?: readonly number[] | 'any' | undefined;
  /** Who asks for it, where that is known. */
  decidedBy?: string | undefined;
}

/** An event that has a result. */
interface SettledEvent extends EventRecord {
  settlement: Settlement;
}

/** Rounds of compare-and-set against other operators before the client is asked to come back. */
const SETTLE_ROUNDS = { tries: 8, baseMs: 10, capMs: 200 };

/**
 * Puts an outcome in force. When this returns every reader sees it; the time that takes does not
 * depend on how many bets there are. The outcome that is in force already changes nothing; another
 * one is a correction. Throws `version-mismatch`, `correction-limit`, `unavailable`.
 */
export async function settleEvent(context: Context, request: SettleRequest): Promise<EventReport> {
  const { store } = context;
  const { eventId, outcome, decidedBy } = request;
  const id = context.newDecisionId();
  const decision = { id, outcome, decidedAt: context.now(), ...(decidedBy && { decidedBy }) };
  const report = await retry(context, SETTLE_ROUNDS, async () => {
    const found = (await store.events.find([eventId])).get(eventId);
    const current = found?.settlement;
    if (found && current && wasPutInForce(current, decision)) {
      return reportSettlement(store, found, current);
    }
    checkVersion(request, current);
    if (found && current?.outcome === outcome) return reportSettlement(store, found, current);
    const event = found ?? (await store.events.enlist(eventId, decision.decidedAt));
    // Another operator was faster, and what was checked is not so any more.
    if (event.settlement !== current) return undefined;
    const decided = await decide(context, event, decision);
    return decided && sweepAtOnce(context, decided);
  });
  if (report !== undefined) return report;
  const { tries } = SETTLE_ROUNDS;
  throw unavailable(`Event ${eventId} is being settled by others: ${tries} rounds were lost.`);
}

/**
 * No bet can be placed once the fences are closed, so the result decides all there will be. `event`
 * was read with an intent or after it, so that the number of its fences is final.
 */
export async function closeAndPutInForce(
  context: Context,
  event: EventRecord,
  decision: Decision,
): Promise<SettledEvent | undefined> {
  const closed = await context.store.fences.close(event, context.now());
  const { placed, stakedMinor } = totalsOf(closed);
  return putInForce(context, event, decision, { version: 0, bets: placed, stakedMinor });
}

/** A write whose reply was lost has landed: its caller must not put the decision in force again. */
function wasPutInForce(settlement: Settlement, decision: Decision): boolean {
  return settlement.history.some((verdict) => verdict.id === decision.id);
}

/**
 * A version that was left for the outcome asked for is no mismatch: an earlier try whose reply was
 * lost, or somebody with the same wish, has carried it out already (RFC 9110 §13.1.1).
 */
function checkVersion(request: SettleRequest, current: Settlement | undefined): void {
  const { eventId, outcome, ifVersion } = request;
  const version = current?.version ?? 0;
  const matches = ifVersion === 'any' ? version > 0 : (ifVersion?.includes(version) ?? true);
  const wasLeft = ifVersion !== 'any' && ifVersion?.some((left) => left < version);
  if (matches || (wasLeft && outcome === current?.outcome)) return;
  throw new BetError('version-mismatch', `Event ${eventId} is at version ${version}.`);
}

/** The first result, or a correction of the current one. Undefined when another came first. */
async function decide(context: Context, event: EventRecord, decision: Decision) {
  const { eventId, settlement: current } = event;
  if (current === undefined) {
    const noted = await context.store.events.noteIntent(eventId, decision);
    return noted && closeAndPutInForce(context, noted, decision);
  }
  if (current.version < MAX_VERSIONS) return putInForce(context, event, decision, current);
  throw new BetError('correction-limit', `Event ${eventId} has had ${MAX_VERSIONS} results.`);
}

async function putInForce(context: Context, event: EventRecord, decision: Decision, from: Base) {
  const { store, observer } = context;
  const settlement = await store.events.putInForce(event.eventId, decision, from);
  if (settlement === undefined) return undefined;
  observer.settlementBegun(event.eventId, { ...decision, version: settlement.version });
  if (settlement.state === 'settled') observer.settlementFinished();
  return { ...event, settlement };
}

/** What one batch can store is stored before the answer; more is left to `resumeSettlements`. */
async function sweepAtOnce(context: Context, { settlement, ...event }: SettledEvent) {
  const { store, sweepBudgetMs } = context;
  const fits = settlement.bets > 0 && settlement.bets <= STORE_RESULT_BATCH;
  const swept =
    fits && (await context.within(sweepBudgetMs, (inTime) => sweep(inTime, event, settlement)));
  const done = swept && swept.end === 'finished';
  return reportSettlement(store, event, done ? { ...settlement, state: 'settled' } : settlement);
}
