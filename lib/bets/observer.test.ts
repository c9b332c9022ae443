import {
  betIdOf,
  calm,
  createFakes,
  type FakeStore,
  NOON,
  placedBet,
} from '../../tests/support/fakes.ts';
import { recordingObserver } from '../../tests/support/observers.ts';
import type { Dependencies } from './dependencies.ts';
import type { Decision } from './event.ts';
import { placeBet } from './placeBet.ts';
import { resumeSettlements } from './resumeSettlements.ts';
import { settleEvent } from './settleEvent.ts';
import { sweep } from './sweep.ts';

const request = { eventId: 'sr:match:42', amountMinor: 1050n };
const keyed = { ...request, idempotencyKey: 'key-1' };
const settle = { eventId: 'sr:match:42', outcome: 'WIN' as const, sweepBudgetMs: 1000 };
const decision: Decision = { id: 'decision-9', outcome: 'WIN', decidedAt: NOON - 5_000 };

function watched(): { deps: Dependencies; store: FakeStore; told: unknown[][] } {
  const { deps, store } = createFakes();
  const { observer, told } = recordingObserver();
  return { deps: { ...deps, observer }, store, told };
}

/** What is told by the end of `task`. */
async function toldOf(told: unknown[][], task: Promise<unknown>): Promise<unknown[][]> {
  const before = told.length;
  await task.catch(() => {});
  return told.slice(before);
}

describe('placing', () => {
  it('is told once, with the stake', async () => {
    const { deps, told } = watched();

    expect(await toldOf(told, placeBet(deps, request, calm))).toEqual([['betPlaced', 1050n]]);
  });

  it('tells of each try that met another writer', async () => {
    const { deps, store, told } = watched();
    jest
      .spyOn(store, 'insertBet')
      .mockResolvedValueOnce({ kind: 'contended' })
      .mockResolvedValueOnce({ kind: 'contended' });

    expect(await toldOf(told, placeBet(deps, request, calm))).toEqual([
      ['placeConflicted'],
      ['placeConflicted'],
      ['betPlaced', 1050n],
    ]);
  });

  it('is not told when no try got through, for the bet may be there or not', async () => {
    const { deps, store, told } = watched();
    jest.spyOn(store, 'insertBet').mockResolvedValue({ kind: 'contended' });

    expect(await toldOf(told, placeBet(deps, request, calm))).toEqual(
      Array.from({ length: 8 }, () => ['placeConflicted']),
    );
  });

  it('is told when an earlier try of the same request has landed', async () => {
    const { deps, store, told } = watched();
    const insertBet = store.insertBet.bind(store);
    jest.spyOn(store, 'insertBet').mockImplementationOnce(async (...given) => {
      await insertBet(...given);
      return insertBet(...given);
    });

    expect(await toldOf(told, placeBet(deps, request, calm))).toEqual([['betPlaced', 1050n]]);
  });

  it('is told when the try landed behind a fence that was still open', async () => {
    const { deps, store, told } = watched();
    const insertBet = store.insertBet.bind(store);
    jest
      .spyOn(store, 'insertBet')
      .mockImplementationOnce(async (...given) => {
        await insertBet(...given);
        return { kind: 'contended' };
      })
      .mockResolvedValueOnce({ kind: 'fence-closed' });

    expect(await toldOf(told, placeBet(deps, request, calm))).toEqual([
      ['placeConflicted'],
      ['betPlaced', 1050n],
    ]);
  });

  it('tells a replay from a new bet', async () => {
    const { deps, told } = watched();
    await placeBet(deps, keyed, calm);

    expect(await toldOf(told, placeBet(deps, keyed, calm))).toEqual([['betReplayed']]);
  });

  it('tells of a refusal for the key', async () => {
    const { deps, told } = watched();
    await placeBet(deps, keyed, calm);
    const other = placeBet(deps, { ...keyed, amountMinor: 1n }, calm);

    expect(await toldOf(told, other)).toEqual([['betRefused']]);
  });

  it.each([
    ['with a key', keyed],
    ['without one', request],
  ])('tells once of a refusal for the result (%s)', async (_case, late) => {
    const { deps, store, told } = watched();
    await store.closeFences('sr:match:42');

    expect(await toldOf(told, placeBet(deps, late, calm))).toEqual([['betRefused']]);
  });
});

describe('settling', () => {
  it('tells of its begin, of the bets and of its end', async () => {
    const { deps, store, told } = watched();
    store.add(placedBet(1), placedBet(2, { fence: 7 }));

    expect(await toldOf(told, settleEvent(deps, settle, calm))).toEqual([
      ['settlementBegun'],
      ['betsSettled', 2],
      ['settlementFinished'],
    ]);
  });

  it('begins and ends at once without bets', async () => {
    const { deps, told } = watched();

    expect(await toldOf(told, settleEvent(deps, settle, calm))).toEqual([
      ['settlementBegun'],
      ['settlementFinished'],
    ]);
  });

  it('begins again with a correction, and not with the same result', async () => {
    const { deps, store, told } = watched();
    store.add(placedBet(1));
    await settleEvent(deps, settle, calm);

    expect(await toldOf(told, settleEvent(deps, settle, calm))).toEqual([]);
    expect(await toldOf(told, settleEvent(deps, { ...settle, outcome: 'LOSE' }, calm))).toEqual([
      ['settlementBegun'],
      ['betsSettled', 1],
      ['settlementFinished'],
    ]);
  });

  it('does not begin when another operator was first', async () => {
    const { deps, store, told } = watched();
    jest.spyOn(store, 'putInForce').mockResolvedValue(undefined);

    expect(await toldOf(told, settleEvent(deps, settle, calm))).toEqual([]);
  });

  it('does not end while the index hides a bet', async () => {
    const { deps, store, told } = watched();
    store.add(placedBet(1));
    store.unindexed.add(betIdOf(1));
    const result = { outcome: 'WIN' as const, decidedAt: NOON, version: 1 };

    expect(await toldOf(told, sweep(deps, 'sr:match:42', result, calm))).toEqual([]);
  });
});

describe('resuming', () => {
  it('tells that there is nothing to do', async () => {
    const { deps, told } = watched();

    expect(await toldOf(told, resumeSettlements(deps, calm))).toEqual([['unfinishedFound', 0, 0]]);
  });

  it('tells how many wait and for how long the oldest does, and of what it carries on', async () => {
    const { deps, store, told } = watched();
    store.add(placedBet(1, { eventId: 'a' }));
    await store.putInForce('a', decision, { version: 0, bets: 1, stakedMinor: 1050n });
    await store.noteIntent('b', { ...decision, decidedAt: NOON - 1 });

    expect(await toldOf(told, resumeSettlements(deps, calm))).toEqual([
      ['unfinishedFound', 2, 5_000],
      ['betsSettled', 1],
      ['settlementFinished'],
      ['settlementBegun'],
      ['settlementFinished'],
    ]);
  });

  it('knows no settlement that waits since the future', async () => {
    const { deps, store, told } = watched();
    await store.noteIntent('b', { ...decision, decidedAt: NOON + 1 });

    const [found] = await toldOf(told, resumeSettlements(deps, calm));

    expect(found).toEqual(['unfinishedFound', 1, 0]);
  });
});
