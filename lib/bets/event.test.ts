import {
  type Fence,
  openReport,
  type Settlement,
  settlementReport,
  totalsOf,
  type Verdict,
} from './event.ts';

const fences: Fence[] = [
  { number: 0, placed: 2, stakedMinor: 300n, sweptVersion: 2 },
  { number: 5, placed: 3, stakedMinor: 700n, sweptVersion: 1 },
  { number: 63, placed: 4, stakedMinor: 9_007_199_254_740_993n, sweptVersion: 0 },
];

const history: Verdict[] = [
  { id: 'decision-1', outcome: 'LOSE', decidedAt: 1, version: 1 },
  { id: 'decision-2', outcome: 'WIN', decidedAt: 2, version: 2 },
];

const settlement: Settlement = {
  outcome: 'WIN',
  decidedAt: 2,
  version: 2,
  state: 'settling',
  bets: 9,
  stakedMinor: 1000n,
  history,
};

describe('totalsOf', () => {
  it('adds up bets and stakes exactly', () => {
    expect(totalsOf(fences)).toEqual({ placed: 9, stakedMinor: 9_007_199_254_741_993n });
    expect(totalsOf([])).toEqual({ placed: 0, stakedMinor: 0n });
  });
});

describe('openReport', () => {
  it('is at version 0 without outcome or history', () => {
    expect(openReport('e', fences.slice(0, 2))).toEqual({
      eventId: 'e',
      outcome: null,
      version: 0,
      state: 'open',
      bets: { total: 5, settled: 0, stakedMinor: 1000n },
      history: [],
    });
  });
});

describe('settlementReport', () => {
  it('counts the bets behind the fences that were swept at this version or later', () => {
    const ahead: Fence = { number: 7, placed: 10, stakedMinor: 1n, sweptVersion: 3 };

    expect(settlementReport('e', settlement, [...fences, ahead])).toEqual({
      eventId: 'e',
      outcome: 'WIN',
      version: 2,
      state: 'settling',
      bets: { total: 9, settled: 12, stakedMinor: 1000n },
      history,
    });
  });

  it('counts all bets once it is settled, without a look at fences', () => {
    expect(settlementReport('e', { ...settlement, state: 'settled' }, [])).toEqual({
      eventId: 'e',
      outcome: 'WIN',
      version: 2,
      state: 'settled',
      bets: { total: 9, settled: 9, stakedMinor: 1000n },
      history,
    });
  });
});
