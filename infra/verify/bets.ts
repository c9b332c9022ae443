import type { Page } from './book.ts';
import type { Bet, Event } from './items.ts';
import type { Violation } from './rules.ts';

/** What is stored with a bet of the result of its event. */
type Stored = Pick<Bet, 'status' | 'outcomeVersion' | 'settledAt'>;

/** Holds a bet against the event that it is on. */
export function* judgeBet(bet: Bet, { event, isUnreadable }: Page): Generator<Violation> {
  const { shard, betId, eventId, fence, eventFence } = bet;
  const where = { table: 'bets', key: { shard, betId } } as const;
  if (shard !== betId.slice(-1) || eventFence !== `${eventId}#${fence}`) {
    const detail = `it is on ${eventId}, in shard ${shard}, behind ${eventFence}`;
    yield { kind: 'bet-misplaced', ...where, detail };
  }
  if (isUnreadable) return;
  const stored = `${bet.status} at version ${bet.outcomeVersion}, of ${bet.settledAt ?? 'no time'}`;
  const mendings = [{ ...where, was: bet, to: { ...storedUnder(event) } }];
  if (!wasInForce(bet, event)) {
    const detail = `it is stored as ${stored}, which its event ${eventId} never had`;
    yield { kind: 'bet-result', ...where, detail, mendings };
  } else if (event?.state === 'settled' && bet.outcomeVersion !== event.version) {
    const detail = `it is stored as ${stored}; ${eventId} is settled at version ${event.version}`;
    yield { kind: 'bet-left-behind', ...where, detail, mendings };
  }
}

/** Whether the event had this very result. */
function wasInForce({ status, outcomeVersion, settledAt }: Bet, event: Event | undefined): boolean {
  if (outcomeVersion === 0n) return status === 'pending' && settledAt === undefined;
  const verdict = event?.history[Number(outcomeVersion) - 1];
  return verdict?.decidedAt === settledAt && statusOf(verdict?.outcome) === status;
}

/** The result that the event has now. */
function storedUnder(event: Event | undefined): Stored {
  const { outcome, version = 0n, decidedAt } = event ?? {};
  return { status: statusOf(outcome), outcomeVersion: version, settledAt: decidedAt };
}

function statusOf(outcome: Event['outcome']): Bet['status'] {
  if (outcome === undefined) return 'pending';
  return outcome === 'WIN' ? 'won' : 'lost';
}
