import { placedBet } from '../../tests/support/samples.ts';
import { underResult } from './bet.ts';

describe('underResult', () => {
  it.each([
    ['pending without a result', undefined, { status: 'pending' }],
    ['won on WIN', { outcome: 'WIN' as const, decidedAt: 5 }, { status: 'won', settledAt: 5 }],
    ['lost on LOSE', { outcome: 'LOSE' as const, decidedAt: 6 }, { status: 'lost', settledAt: 6 }],
  ])('shows a bet as %s', (_case, result, shown) => {
    expect(underResult(placedBet(1), result)).toEqual({ ...placedBet(1), ...shown });
  });
});
