import { createHash } from 'node:crypto';
import { type Bet, type PlacedBet, underResult } from './bet.ts';
import { backoffMs } from './clock.ts';
import type { Dependencies } from './dependencies.ts';
import { BetError, unavailable } from './errors.ts';
import { FENCES_PER_EVENT } from './event.ts';
import type { BetId } from './ids.ts';
import type { IdempotencyRecord } from './store.ts';

export interface PlaceRequest {
  eventId: string;
  amountMinor: bigint;
  /** Requests with one key place one bet between them, however often and however late they come. */
  idempotencyKey?: string | undefined;
}

export interface Placed {
  bet: Bet;
  /** The bet was there already: this request repeats an earlier one. */
  replayed: boolean;
}

/** Tries at placing one bet before the client is asked to come back. */
const MAX_TRIES = 8;
const BACKOFF = { baseMs: 10, capMs: 200 };

/**
 * Places a bet behind one of its event's fences, another one each time that somebody else writes to
 * it. Throws `event-settled`, `idempotency-key-reused` or `unavailable`; a refused bet never exists.
 */
export async function placeBet(
  deps: Dependencies,
  request: PlaceRequest,
  signal: AbortSignal,
): Promise<Placed> {
  const placedAt = deps.clock.now();
  const id = deps.newBetId(placedAt);
  const key = request.idempotencyKey;
  const record = key === undefined ? undefined : { key, betId: id, requestHash: hashOf(request) };
  // Before the bet, so that no event has a bet and is not listed.
  await deps.store.noteActivity(request.eventId, placedAt, signal);
  for (let attempt = 1; attempt <= MAX_TRIES; attempt += 1) {
    if (attempt > 1) await deps.clock.sleep(backoffMs(BACKOFF, attempt - 1, deps.random()), signal);
    const fence = Math.floor(deps.random() * FENCES_PER_EVENT);
    const { eventId, amountMinor } = request;
    const bet: PlacedBet = { id, eventId, fence, amountMinor, placedAt };
    const result = await deps.store.insertBet(bet, record, signal);
    switch (result.kind) {
      case 'inserted':
        deps.observer.betPlaced(amountMinor);
        return { bet: underResult(bet, undefined), replayed: false };
      case 'bet-exists':
        return foundPlaced(deps, await readBet(deps, id, signal));
      case 'key-taken':
        return replay(deps, request, result.record, signal);
      case 'fence-closed':
        return afterClosing(deps, request, attempt === 1 ? undefined : id, signal);
      case 'contended':
        deps.observer.placeConflicted();
        continue;
    }
  }
  throw unavailable(
    `The event takes too many bets at once: ${MAX_TRIES} tries met another writer.`,
  );
}

/** Tells requests apart that share a key: the hash of what they ask for. */
function hashOf({ eventId, amountMinor }: PlaceRequest): string {
  return createHash('sha256').update(`${eventId} ${amountMinor}`).digest('base64url');
}

/**
 * A fence was found closed. An earlier try of this bet, or of this key, may still be on its way to a
 * fence that is open, so a refusal is final only when all fences are closed, as they are under a result,
 * and neither bet nor key is there or about to be.
 */
async function afterClosing(
  deps: Dependencies,
  request: PlaceRequest,
  triedId: BetId | undefined,
  signal: AbortSignal,
): Promise<Placed> {
  const { eventId, idempotencyKey } = request;
  if (triedId !== undefined || idempotencyKey !== undefined) {
    const results = await deps.store.findResults([eventId], signal);
    if (!results.has(eventId)) await deps.store.closeFences(eventId, deps.clock.now(), signal);
    const { bet, record } = await deps.store.findPlaced(triedId, idempotencyKey, signal);
    if (bet !== undefined) return foundPlaced(deps, await withResult(deps, bet, signal));
    if (record !== undefined) return replay(deps, request, record, signal);
  }
  deps.observer.betRefused();
  throw new BetError('event-settled', `Event ${eventId} has a result; it takes no more bets.`);
}

/** An earlier try of this request, whose reply was lost, has landed. */
function foundPlaced({ observer }: Dependencies, bet: Bet): Placed {
  observer.betPlaced(bet.amountMinor);
  return { bet, replayed: false };
}

async function replay(
  deps: Dependencies,
  request: PlaceRequest,
  record: IdempotencyRecord,
  signal: AbortSignal,
): Promise<Placed> {
  if (record.requestHash !== hashOf(request)) {
    deps.observer.betRefused();
    throw new BetError('idempotency-key-reused', 'This key was used for a different bet.');
  }
  const bet = await readBet(deps, record.betId, signal);
  deps.observer.betReplayed();
  return { bet, replayed: true };
}

/**
 * A bet that is known to exist, as it is now. The items of a transaction become visible one by one, so for
 * a moment the bet may not be there yet.
 */
async function readBet(deps: Dependencies, id: BetId, signal: AbortSignal): Promise<Bet> {
  const bet = await deps.store.findBet(id, signal);
  if (bet === undefined) throw unavailable('The bet is just being stored; try again.');
  return withResult(deps, bet, signal);
}

async function withResult(deps: Dependencies, bet: PlacedBet, signal: AbortSignal): Promise<Bet> {
  const results = await deps.store.findResults([bet.eventId], signal);
  return underResult(bet, results.get(bet.eventId));
}
