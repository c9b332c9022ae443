import type { BetId } from './ids.ts';

/** What happened to an event: the first team won, or it lost or drew. */
export type Outcome = 'WIN' | 'LOSE';

/** Where a bet stands. */
export type BetStatus = 'pending' | 'won' | 'lost';

/** A bet as it was placed. Nothing here ever changes. */
export interface PlacedBet {
  id: BetId;
  eventId: string;
  amountMinor: bigint;
  /** Milliseconds since the epoch. */
  placedAt: number;
}

/** A bet as a reader sees it. */
export interface Bet extends PlacedBet {
  status: BetStatus;
  /** When the result that decides it was given, in milliseconds since the epoch. */
  settledAt?: number;
}

/** The result in force on an event. */
export interface Result {
  outcome: Outcome;
  /** Milliseconds since the epoch. */
  decidedAt: number;
}

export function statusFor(outcome: Outcome): Exclude<BetStatus, 'pending'> {
  return outcome === 'WIN' ? 'won' : 'lost';
}

/** The bet under the result in force. A status is always derived, so readers are never behind. */
export function underResult(bet: PlacedBet, result: Result | undefined): Bet {
  if (result === undefined) return { ...bet, status: 'pending' };
  return { ...bet, status: statusFor(result.outcome), settledAt: result.decidedAt };
}
