import { isListKey, listKeyOf, openReport, type Settlement, settlementReport } from './event.ts';

const swept = { number: 0, placed: 2, stakedMinor: 300n, sweptVersion: 2 };
const ahead = { number: 5, placed: 3, stakedMinor: 700n, sweptVersion: 3 };
const behind = { number: 63, placed: 4, stakedMinor: 9_007_199_254_740_993n, sweptVersion: 1 };
const history: Settlement['history'] = [
  { id: 'decision-1', outcome: 'LOSE', decidedAt: 1, version: 1 },
  { id: 'decision-2', outcome: 'WIN', decidedAt: 2, version: 2 },
];
const inForce = { outcome: 'WIN', version: 2, history } as const;
const settlement: Settlement = {
  ...inForce,
  history,
  decidedAt: 2,
  state: 'settling',
  bets: 9,
  stakedMinor: 1000n,
};

describe('openReport', () => {
  it('adds up bets and stakes exactly, at version 0 without outcome or history', () => {
    expect(openReport('e', [swept, ahead, behind])).toEqual({
      eventId: 'e',
      outcome: null,
      version: 0,
      state: 'open',
      bets: { total: 9, settled: 0, stakedMinor: 9_007_199_254_741_993n },
      history: [],
    });
  });
});

describe('settlementReport', () => {
  it.each([
    ['behind the fences that were swept at this version or later', 'settling' as const, 5],
    ['in all once it is settled, whatever the fences say', 'settled' as const, 9],
  ])('counts the bets %s', (_case, state, settled) => {
    expect(settlementReport('e', { ...settlement, state }, [swept, ahead, behind])).toEqual({
      ...inForce,
      eventId: 'e',
      state,
      bets: { total: 9, settled, stakedMinor: 1000n },
    });
  });
});

describe('the list key of an event', () => {
  it('sorts by the time when the event was first known', () => {
    expect(listKeyOf('e', 1_795_348_800_000)).toBe('2026-11-22T12:00:00.000Z e');
  });
});

describe('isListKey', () => {
  it.each([
    ['an instant and an event', '2026-11-22T12:00:00.000Z sr:match:42', true],
    ['an instant alone', '2026-11-22T12:00:00.000Z ', false],
    ['an event alone', 'sr:match:42', false],
    ['what cannot name an event', '2026-11-22T12:00:00.000Z a\nb', false],
    ['an event with a space', '2026-11-22T12:00:00.000Z a b', true],
    ['something before the instant', 'x2026-11-22T12:00:00.000Z a', false],
  ])('judges %s', (_case, text, expected) => {
    expect(isListKey(text)).toBe(expected);
  });
});
