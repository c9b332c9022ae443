import { createHash } from 'node:crypto';
import { type Bet, type PlacedBet, underResult } from './bet.ts';
import type { Context } from './context.ts';
import { BetError, unavailable } from './errors.ts';
import { takesNoBets } from './event.ts';
import type { BetId } from './ids.ts';
import { admit, widen } from './knownEvents.ts';
import { underResults } from './readBets.ts';
import { retry } from './retry.ts';
import type { IdempotencyRecord, InsertResult } from './store.ts';

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

/** True from the moment that the first fence is closed on: readers see no result yet then. */
const WHY_SETTLED = 'It has a result, or one is on its way.';

/** After a store was brought back in parts, a key may name a bet that is gone. */
const TELL = 'Try again; if it stays so, tell the operators to check the store.';

/** Before the client is asked to come back. */
const PLACE_TRIES = { tries: 8, baseMs: 10, capMs: 200 };

/**
 * Places a bet behind one of its event's fences. An event has one at first, and more once bets on
 * it meet each other. Throws `event-settled`, `idempotency-key-reused`, `unavailable`. A refused
 * bet never exists.
 */
export async function placeBet(context: Context, request: PlaceRequest): Promise<Placed> {
  const { store, observer, known } = context;
  const { eventId, amountMinor, idempotencyKey: key } = request;
  const placedAt = context.now();
  const id = context.newBetId(placedAt);
  const bet: PlacedBet = { id, eventId, amountMinor, placedAt };
  const record = key === undefined ? undefined : { key, betId: id, requestHash: hashOf(request) };
  const placed = await retry(context, PLACE_TRIES, async (tryNumber) => {
    const isRetry = tryNumber > 1;
    const fences = await admit(context, eventId, placedAt, isRetry);
    const result: InsertResult =
      fences > 0
        ? await store.bets.insert({ bet, fences, record })
        : { kind: 'fence-closed', triedBefore: false };
    switch (result.kind) {
      case 'inserted':
        observer.betPlaced(amountMinor);
        return { bet: underResult(bet, undefined), replayed: false };
      case 'bet-exists':
        return foundPlaced(context, await readBet(context, id));
      case 'key-taken':
        // The items of an earlier try become visible one by one: here, the key before the bet.
        if (result.record.betId === id) return foundPlaced(context, await readBet(context, id));
        return replay(context, request, result.record);
      case 'fence-closed':
        known.rememberClosed(eventId);
        return onClosed(context, request, isRetry || result.triedBefore ? id : undefined);
      case 'fence-missing':
        known.forget(eventId);
        return undefined;
      case 'contended':
        observer.placeConflicted();
        await widen(context, { eventId, fences });
        return undefined;
    }
  });
  if (placed !== undefined) return placed;
  const { tries } = PLACE_TRIES;
  throw unavailable(`The event takes too many bets at once: ${tries} tries met another writer.`);
}

/** Tells requests apart that share a key: the hash of what they ask for. */
function hashOf({ eventId, amountMinor }: PlaceRequest): string {
  return createHash('sha256').update(`${eventId} ${amountMinor}`).digest('base64url');
}

/**
 * An event takes no more bets, or so it seems. An earlier try of this bet, or of this key, may
 * still be on its way to an open fence. So a refusal is final only when all fences are closed, as
 * they are under a result, and neither bet nor key is there or about to be. Undefined when the
 * event takes bets after all: the store was brought back to what it was before the result.
 */
async function onClosed(
  context: Context,
  request: PlaceRequest,
  triedId: BetId | undefined,
): Promise<Placed | undefined> {
  const { store, observer, known } = context;
  const { eventId, idempotencyKey } = request;
  const event = (await store.events.find([eventId])).get(eventId);
  if (event === undefined || !takesNoBets(event)) {
    known.forget(eventId);
    return undefined;
  }
  if (triedId !== undefined || idempotencyKey !== undefined) {
    if (event.settlement === undefined) await store.fences.close(event, context.now());
    const { bet, record } = await store.bets.findPlaced(triedId, idempotencyKey);
    const [found] = await underResults(store, bet === undefined ? [] : [bet]);
    if (found !== undefined) return foundPlaced(context, found);
    if (record !== undefined) return replay(context, request, record);
  }
  observer.betRefused();
  throw new BetError('event-settled', `Event ${eventId} takes no more bets. ${WHY_SETTLED}`);
}

/** An earlier try of this request, whose reply was lost, has landed. */
function foundPlaced({ observer }: Context, bet: Bet): Placed {
  observer.betPlaced(bet.amountMinor);
  return { bet, replayed: false };
}

async function replay(
  context: Context,
  request: PlaceRequest,
  { requestHash, betId }: IdempotencyRecord,
): Promise<Placed> {
  if (requestHash !== hashOf(request)) {
    context.observer.betRefused();
    throw new BetError('idempotency-key-reused', 'This key was used for a different bet.');
  }
  const bet = await readBet(context, betId);
  context.observer.betReplayed();
  return { bet, replayed: true };
}

/**
 * A bet that is known to exist, as it is now. The items of a transaction become visible one by one:
 * while it is stored, its key may be seen and the bet not yet. That is waited for.
 */
async function readBet({ store }: Context, id: BetId): Promise<Bet> {
  const [seen] = await store.bets.find([id]);
  const placed = seen ?? (await store.bets.findPlaced(id, undefined)).bet;
  const [bet] = await underResults(store, placed === undefined ? [] : [placed]);
  if (bet === undefined) throw unavailable(`The bet ${id} is not in the store. ${TELL}`);
  return bet;
}
