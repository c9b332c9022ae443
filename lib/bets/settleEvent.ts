import type { Outcome } from './bet.ts';
import type { Context } from './context.ts';
import { BetError, unavailable } from './errors.ts';
import type { Decision, EventReport, Settlement } from './event.ts';
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
  const { eventId, outcome } = request;
  const decision = { id: context.newDecisionId(), outcome, decidedAt: context.now() };
  const report = await retry(context, SETTLE_ROUNDS, async () => {
    const current = (await store.events.find([eventId])).get(eventId)?.settlement;
    if (current !== undefined && wasPutInForce(current, decision)) {
      return reportSettlement(store, eventId, current);
    }
    checkVersion(request, current);
    if (current?.outcome === outcome) return reportSettlement(store, eventId, current);
    const settlement = await decide(context, eventId, decision, current);
    return settlement && sweepAtOnce(context, eventId, settlement);
  });
  if (report !== undefined) return report;
  const { tries } = SETTLE_ROUNDS;
  throw unavailable(`Event ${eventId} is being settled by others: ${tries} rounds were lost.`);
}

/** No bet can be placed once the fences are closed, so the result decides all there will be. */
export async function closeAndPutInForce(
  context: Context,
  eventId: string,
  decision: Decision,
): Promise<Settlement | undefined> {
  const { store } = context;
  await store.fences.close(eventId, context.now());
  const { placed, stakedMinor } = totalsOf(await store.fences.find(eventId));
  return putInForce(context, eventId, decision, { version: 0, bets: placed, stakedMinor });
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
async function decide(context: Context, eventId: string, decision: Decision, current?: Settlement) {
  if (current === undefined) {
    const noted = await context.store.events.noteIntent(eventId, decision);
    return noted ? closeAndPutInForce(context, eventId, decision) : undefined;
  }
  if (current.version < MAX_VERSIONS) return putInForce(context, eventId, decision, current);
  throw new BetError('correction-limit', `Event ${eventId} has had ${MAX_VERSIONS} results.`);
}

async function putInForce(context: Context, eventId: string, decision: Decision, from: Base) {
  const { store, observer } = context;
  const settlement = await store.events.putInForce(eventId, decision, from);
  if (settlement !== undefined) observer.settlementBegun();
  if (settlement?.state === 'settled') observer.settlementFinished();
  return settlement;
}

/** What one batch can store is stored before the answer; more is left to `resumeSettlements`. */
async function sweepAtOnce(context: Context, eventId: string, settlement: Settlement) {
  const { store, sweepBudgetMs } = context;
  const fits = settlement.bets > 0 && settlement.bets <= STORE_RESULT_BATCH;
  const done =
    fits && (await context.within(sweepBudgetMs, (inTime) => sweep(inTime, eventId, settlement)));
  return reportSettlement(store, eventId, done ? { ...settlement, state: 'settled' } : settlement);
}
