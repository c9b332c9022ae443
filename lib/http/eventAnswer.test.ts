import { eventAnswer } from './eventAnswer.ts';

describe('eventAnswer', () => {
  it('is the event on the wire, with its version as the entity tag', () => {
    const history = [{ id: 'decision-1', outcome: 'WIN' as const, decidedAt: 0, version: 12 }];

    const answer = eventAnswer({
      eventId: 'e',
      outcome: 'WIN',
      version: 12,
      state: 'settling',
      bets: { total: 3, settled: 2, stakedMinor: 9_007_199_254_740_993n },
      history,
    });

    expect(answer).toEqual({
      headers: { etag: '"12"' },
      body: {
        event_id: 'e',
        status: 'WIN',
        version: 12,
        state: 'settling',
        bets: { total: 3, settled: 2, staked: '90071992547409.93' },
        history: [{ status: 'WIN', version: 12, decided_at: '1970-01-01T00:00:00.000Z' }],
      },
    });
  });
});
