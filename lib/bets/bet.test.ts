import { placedBet } from '../../tests/support/fakes.ts';
import { statusFor, underResult } from './bet.ts';

describe('underResult', () => {
  const bet = placedBet(1);

  it('leaves a bet without a result pending', () => {
    expect(underResult(bet, undefined)).toEqual({ ...bet, status: 'pending' });
  });

  it('shows a bet on a WIN as won since the decision', () => {
    const result = { outcome: 'WIN' as const, decidedAt: 5 };

    expect(underResult(bet, result)).toEqual({ ...bet, status: 'won', settledAt: 5 });
  });

  it('shows a bet on a LOSE as lost since the decision', () => {
    const result = { outcome: 'LOSE' as const, decidedAt: 6 };

    expect(underResult(bet, result)).toEqual({ ...bet, status: 'lost', settledAt: 6 });
  });
});

describe('statusFor', () => {
  it('is won for a WIN and lost for a LOSE', () => {
    expect([statusFor('WIN'), statusFor('LOSE')]).toEqual(['won', 'lost']);
  });
});
