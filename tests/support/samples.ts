import type { PlacedBet } from '../../lib/bets/bet.ts';
import type { BetId } from '../../lib/bets/ids.ts';

/** 2026-11-22T12:00:00.000Z */
export const NOON = 1_795_348_800_000;
export const NOON_TEXT = '2026-11-22T12:00:00.000Z';

/** A valid id; a larger number is a newer bet. Its last digit, the shard, is that of the number. */
export function betIdOf(number: number): BetId {
  return `01900000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`;
}

export function placedBet(number: number, more: Partial<PlacedBet> = {}): PlacedBet {
  return {
    id: betIdOf(number),
    eventId: 'sr:match:42',
    amountMinor: 1050n,
    placedAt: NOON,
    ...more,
  };
}
