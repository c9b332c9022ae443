import type { BetJson, EventJson } from './bodies.ts';

/**
 * One evening at the bookmaker's: what the document's examples tell, in this order. A test lives it
 * against the running service and compares every answer.
 */
export const EVENT_ID = 'sr:match:42';
export const CORRECTED_EVENT_ID = 'sr:match:99';

export const byText: BetJson = {
  id: '01a203aa-93ed-7394-bba1-65f07fb629c1',
  event_id: EVENT_ID,
  amount: '10.50',
  status: 'pending',
  placed_at: '2026-11-22T18:30:04.205Z',
};
export const byNumber: BetJson = {
  ...byText,
  id: '01a203aa-b2e1-7c44-8d1f-2f9b6e3a5d70',
  event_id: '42',
  placed_at: '2026-11-22T18:30:12.129Z',
};
export const withKey: BetJson = {
  ...byText,
  id: '01a203aa-e9a8-75b2-9c3e-7d4f1a6b8e25',
  amount: '25.00',
  placed_at: '2026-11-22T18:30:26.152Z',
};

const FIRST_DECISION = '2026-11-22T20:21:45.310Z';
const SECOND_DECISION = '2026-11-22T20:24:10.877Z';

export const wonByText: BetJson = { ...byText, status: 'won', settled_at: FIRST_DECISION };
export const wonWithKey: BetJson = { ...withKey, status: 'won', settled_at: FIRST_DECISION };

export const open: EventJson = {
  event_id: EVENT_ID,
  status: null,
  version: 0,
  state: 'open',
  bets: { total: 2, settled: 0, staked: '35.50' },
  history: [],
};
export const openByNumber: EventJson = {
  ...open,
  event_id: '42',
  bets: { total: 1, settled: 0, staked: '10.50' },
};
export const settled: EventJson = {
  ...open,
  status: 'WIN',
  version: 1,
  state: 'settled',
  bets: { total: 2, settled: 2, staked: '35.50' },
  history: [{ status: 'WIN', version: 1, decided_at: FIRST_DECISION }],
};
export const corrected: EventJson = {
  ...settled,
  status: 'LOSE',
  version: 2,
  history: [...settled.history, { status: 'LOSE', version: 2, decided_at: SECOND_DECISION }],
};
export const settling: EventJson = {
  ...settled,
  event_id: 'sr:match:77',
  state: 'settling',
  bets: { total: 200, settled: 0, staked: '200.00' },
  history: [{ status: 'WIN', version: 1, decided_at: '2026-11-22T20:25:00.041Z' }],
};
