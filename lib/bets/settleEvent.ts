import type { Outcome } from './bet.ts';
import type { Context } from './context.ts';
import { BetError, unavailable } from './errors.ts';
import {
  type Decision,
  type EventReport,
  MAX_VERSIONS,
  type Settlement,
  totalsOf,
} from './event.ts';
import { reportSettlement } from './readEvents.ts';
import { retry } from './retry.ts';
import { STORE_RESULT_BATCH } from './store.ts';
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
 * Puts an outcome in force. When this returns every reader sees it, however many bets there are;
 * the time that takes does not depend on their number. The outcome that is in force already changes
 * nothing; another one is a correction. Throws `version-mismatch`, `correction-limit`, `unavailable`.
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
    const settlement =
      current === undefined
        ? await putFirstResult(context, eventId, decision)
        : await correct(context, eventId, decision, current);
    return settlement && sweepAtOnce(context, eventId, settlement);
  });
  if (report !== undefined) return report;
  throw unavailable(
    `Event ${eventId} is being settled by others: ${SETTLE_ROUNDS.tries} rounds were lost.`,
  );
}

/** No bet can be placed once the fences are closed, so the result decides all bets there will be. */
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
 * A version that was left for the outcome asked for is no mismatch: the request appears to have
 * been carried out already, by a try whose reply was lost or by somebody with the same wish.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1
 */
function checkVersion(
  { eventId, outcome, ifVersion }: SettleRequest,
  current: Settlement | undefined,
): void {
  const version = current?.version ?? 0;
  if (ifVersion === undefined) return;
  const matches = ifVersion === 'any' ? version > 0 : ifVersion.includes(version);
  const applied =
    ifVersion !== 'any' && outcome === current?.outcome && ifVersion.some((left) => left < version);
  if (!matches && !applied) {
    throw new BetError('version-mismatch', `Event ${eventId} is at version ${version}.`);
  }
}

async function putFirstResult(
  context: Context,
  eventId: string,
  decision: Decision,
): Promise<Settlement | undefined> {
  const noted = await context.store.events.noteIntent(eventId, decision);
  return noted ? closeAndPutInForce(context, eventId, decision) : undefined;
}

function correct(
  context: Context,
  eventId: string,
  decision: Decision,
  current: Settlement,
): Promise<Settlement | undefined> {
  if (current.version >= MAX_VERSIONS) {
    throw new BetError('correction-limit', `Event ${eventId} has had ${MAX_VERSIONS} results.`);
  }
  return putInForce(context, eventId, decision, current);
}

async function putInForce(
  { store, observer }: Context,
  eventId: string,
  decision: Decision,
  from: Pick<Settlement, 'version' | 'bets' | 'stakedMinor'>,
): Promise<Settlement | undefined> {
  const settlement = await store.events.putInForce(eventId, decision, from);
  if (settlement !== undefined) observer.settlementBegun();
  if (settlement?.state === 'settled') observer.settlementFinished();
  return settlement;
}

/** What one batch can store is stored before the answer; more is left to `resumeSettlements`. */
async function sweepAtOnce(
  context: Context,
  eventId: string,
  settlement: Settlement,
): Promise<EventReport> {
  const fits = settlement.bets > 0 && settlement.bets <= STORE_RESULT_BATCH;
  const done =
    fits &&
    (await context.within(context.sweepBudgetMs, (inTime) => sweep(inTime, eventId, settlement)));
  return reportSettlement(
    context.store,
    eventId,
    done ? { ...settlement, state: 'settled' } : settlement,
  );
}
