import type { Outcome } from './bet.ts';
import type { Dependencies } from './dependencies.ts';
import { BetError, unavailable } from './errors.ts';
import {
  type Decision,
  type EventReport,
  type EventRecord,
  MAX_VERSIONS,
  openReport,
  type Settlement,
  settlementReport,
  totalsOf,
} from './event.ts';
import { STORE_RESULT_BATCH } from './store.ts';
import { sweep } from './sweep.ts';

export interface SettleRequest {
  eventId: string;
  outcome: Outcome;
  /** Versions of which the event must be at one, or that it must have a result at all. */
  ifVersion?: readonly number[] | 'any' | undefined;
  /** How long stored statuses may be updated before the answer, in milliseconds. */
  sweepBudgetMs: number;
}

/** Rounds of compare-and-set against other operators before the client is asked to come back. */
const MAX_ROUNDS = 8;

/**
 * Puts an outcome in force. When this returns every reader sees it, however many bets there are;
 * the time that takes does not depend on their number. The outcome that is in force already changes
 * nothing; another one is a correction. Throws `version-mismatch`, `correction-limit`, `unavailable`.
 */
export async function settleEvent(
  deps: Dependencies,
  request: SettleRequest,
  signal: AbortSignal,
): Promise<EventReport> {
  const { eventId, outcome } = request;
  const decision = { id: deps.newDecisionId(), outcome, decidedAt: deps.clock.now() };
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    const current = (await deps.store.findEvent(eventId, signal))?.settlement;
    if (current !== undefined && wasPutInForce(current, decision)) {
      return report(deps, eventId, current, signal);
    }
    checkVersion(request, current);
    if (current?.outcome === outcome) return report(deps, eventId, current, signal);
    const settlement =
      current === undefined
        ? await putFirstResult(deps, eventId, decision, signal)
        : await correct(deps, eventId, decision, current, signal);
    if (settlement !== undefined) return sweepAtOnce(deps, request, settlement, signal);
  }
  throw unavailable(`Event ${eventId} is being settled by others: ${MAX_ROUNDS} rounds were lost.`);
}

/** Completes a first result that was noted and not put in force; undefined when another one was. */
export function completeIntent(
  deps: Dependencies,
  { eventId }: EventRecord,
  intent: Decision,
  signal: AbortSignal,
): Promise<Settlement | undefined> {
  return closeAndPutInForce(deps, eventId, intent, signal);
}

/** Throws `event-not-found` for an event that has no bet and no result. */
export async function getEvent(
  { store }: Pick<Dependencies, 'store'>,
  eventId: string,
  signal: AbortSignal,
): Promise<EventReport> {
  const settlement = (await store.findEvent(eventId, signal))?.settlement;
  if (settlement !== undefined) return report({ store }, eventId, settlement, signal);
  const open = openReport(eventId, await store.findFences(eventId, signal));
  if (open.bets.total === 0) {
    throw new BetError('event-not-found', `Nothing is known of event ${eventId}.`);
  }
  return open;
}

/** A write whose reply was lost has landed: its caller must not put the same decision in force again. */
function wasPutInForce(settlement: Settlement, decision: Decision): boolean {
  return settlement.history.some((verdict) => verdict.id === decision.id);
}

function checkVersion(
  { eventId, ifVersion }: SettleRequest,
  current: Settlement | undefined,
): void {
  const version = current?.version ?? 0;
  const matches = ifVersion === 'any' ? version > 0 : (ifVersion?.includes(version) ?? true);
  if (!matches) {
    throw new BetError('version-mismatch', `Event ${eventId} is at version ${version}.`);
  }
}

async function putFirstResult(
  deps: Dependencies,
  eventId: string,
  decision: Decision,
  signal: AbortSignal,
): Promise<Settlement | undefined> {
  const noted = await deps.store.noteIntent(eventId, decision, signal);
  return noted ? closeAndPutInForce(deps, eventId, decision, signal) : undefined;
}

/** No bet can be placed once the fences are closed, so the result decides all bets there will be. */
async function closeAndPutInForce(
  deps: Dependencies,
  eventId: string,
  decision: Decision,
  signal: AbortSignal,
): Promise<Settlement | undefined> {
  const { store, clock } = deps;
  await store.closeFences(eventId, clock.now(), signal);
  const { placed, stakedMinor } = totalsOf(await store.findFences(eventId, signal));
  return putInForce(deps, eventId, decision, { version: 0, bets: placed, stakedMinor }, signal);
}

function correct(
  deps: Dependencies,
  eventId: string,
  decision: Decision,
  current: Settlement,
  signal: AbortSignal,
): Promise<Settlement | undefined> {
  if (current.version >= MAX_VERSIONS) {
    throw new BetError('correction-limit', `Event ${eventId} has had ${MAX_VERSIONS} results.`);
  }
  return putInForce(deps, eventId, decision, current, signal);
}

async function putInForce(
  { store, observer }: Dependencies,
  eventId: string,
  decision: Decision,
  from: Pick<Settlement, 'version' | 'bets' | 'stakedMinor'>,
  signal: AbortSignal,
): Promise<Settlement | undefined> {
  const settlement = await store.putInForce(eventId, decision, from, signal);
  if (settlement !== undefined) observer.settlementBegun();
  if (settlement?.state === 'settled') observer.settlementFinished();
  return settlement;
}

/** What one batch can store is stored before the answer; more is left to `resumeSettlements`. */
async function sweepAtOnce(
  deps: Dependencies,
  { eventId, sweepBudgetMs }: SettleRequest,
  settlement: Settlement,
  signal: AbortSignal,
): Promise<EventReport> {
  if (settlement.bets === 0 || settlement.bets > STORE_RESULT_BATCH) {
    return report(deps, eventId, settlement, signal);
  }
  using budget = deps.clock.deadline(sweepBudgetMs);
  const inTime = AbortSignal.any([signal, budget.signal]);
  const done = await sweep(deps, eventId, settlement, inTime);
  return report(deps, eventId, done ? { ...settlement, state: 'settled' } : settlement, signal);
}

async function report(
  { store }: Pick<Dependencies, 'store'>,
  eventId: string,
  settlement: Settlement,
  signal: AbortSignal,
): Promise<EventReport> {
  const fences = settlement.state === 'settling' ? await store.findFences(eventId, signal) : [];
  return settlementReport(eventId, settlement, fences);
}
