import {
  betIdOf,
  calm,
  createFakes,
  deadlineOf,
  type Fakes,
  NOON,
  placedBet,
} from '../../tests/support/fakes.ts';
import { BetError } from './errors.ts';
import type { Decision } from './event.ts';
import { completeIntent, getEvent, settleEvent, type SettleRequest } from './settleEvent.ts';

const EVENT = 'sr:match:42';
const win: SettleRequest = { eventId: EVENT, outcome: 'WIN', sweepBudgetMs: 1000 };
const lose: SettleRequest = { ...win, outcome: 'LOSE' };

const own: Decision = { id: 'decision-1', outcome: 'WIN', decidedAt: NOON };
const others: Decision = { id: 'others', outcome: 'LOSE', decidedAt: NOON - 5 };

/** An event with bets, each behind a fence of its own. */
function withBets(count: number): Fakes {
  const fakes = createFakes();
  for (let number = 0; number < count; number += 1) {
    fakes.store.add(placedBet(number, { fence: number % 64 }));
  }
  return fakes;
}

describe('settleEvent for a first result', () => {
  it('puts it in force and stores it on the bets that one batch holds', async () => {
    const { deps, store, deadlines } = withBets(25);

    const report = await settleEvent(deps, win, calm);

    expect(report).toEqual({
      eventId: EVENT,
      outcome: 'WIN',
      version: 1,
      state: 'settled',
      bets: { total: 25, settled: 25, stakedMinor: 26_250n },
      history: [{ ...own, version: 1 }],
    });
    expect(store.storedVersions()).toEqual(Array.from({ length: 25 }, () => 1));
    expect(store.events.get(EVENT)?.settlement?.state).toBe('settled');
    expect(deadlines).toEqual([1000]);
  });

  it('leaves more bets than that to the resumer', async () => {
    const { deps, store, deadlines } = withBets(26);
    const storing = jest.spyOn(store, 'storeResult');

    const report = await settleEvent(deps, win, calm);

    expect(report).toEqual({
      eventId: EVENT,
      outcome: 'WIN',
      version: 1,
      state: 'settling',
      bets: { total: 26, settled: 0, stakedMinor: 27_300n },
      history: [{ ...own, version: 1 }],
    });
    expect(storing).not.toHaveBeenCalled();
    expect(deadlines).toEqual([]);
  });

  it('settles an event without bets at once', async () => {
    const { deps, store } = createFakes();
    const finishing = jest.spyOn(store, 'finishSettlement');

    const report = await settleEvent(deps, win, calm);

    expect(report).toEqual({
      eventId: EVENT,
      outcome: 'WIN',
      version: 1,
      state: 'settled',
      bets: { total: 0, settled: 0, stakedMinor: 0n },
      history: [{ ...own, version: 1 }],
    });
    expect(finishing).not.toHaveBeenCalled();
  });

  it('notes the intent, closes the fences, counts and only then puts the outcome in force', async () => {
    const { deps, store } = withBets(2);
    const noting = jest.spyOn(store, 'noteIntent');
    const closing = jest.spyOn(store, 'closeFences');
    const counting = jest.spyOn(store, 'findFences');
    const forcing = jest.spyOn(store, 'putInForce');

    await settleEvent(deps, win, calm);

    const order = [noting, closing, counting, forcing].map(
      (spy) => spy.mock.invocationCallOrder[0],
    );
    expect(order).toEqual(order.toSorted((one = 0, other = 0) => one - other));
    expect(noting.mock.calls).toEqual([[EVENT, own, calm]]);
    expect(closing.mock.calls).toEqual([[EVENT, NOON, calm]]);
    expect(forcing.mock.calls).toEqual([
      [EVENT, own, { version: 0, bets: 2, stakedMinor: 2100n }, calm],
    ]);
  });

  it('answers that it goes on when the sweep does not end in time', async () => {
    const { deps, store } = withBets(3);
    store.unindexed.add(betIdOf(1));

    const report = await settleEvent(deps, win, calm);

    expect(report).toEqual({
      eventId: EVENT,
      outcome: 'WIN',
      version: 1,
      state: 'settling',
      bets: { total: 3, settled: 2, stakedMinor: 3150n },
      history: [{ ...own, version: 1 }],
    });
  });

  it.each([['budget'], ['request']])('stops the sweep at the end of the %s', async (which) => {
    const { deps, store } = withBets(1);
    const over = AbortSignal.abort();
    jest
      .spyOn(deps.clock, 'deadline')
      .mockReturnValue(deadlineOf(which === 'budget' ? over : calm));
    const storing = jest.spyOn(store, 'storeResult');

    const report = await settleEvent(deps, win, which === 'request' ? over : calm);

    expect(report.state).toBe('settling');
    expect(storing.mock.calls[0]?.[2]?.aborted).toBe(true);
  });

  it('has lost when another result is put in force meanwhile, and then corrects that one', async () => {
    const { deps, store } = withBets(1);
    jest.spyOn(store, 'putInForce').mockImplementationOnce(async () => {
      jest.restoreAllMocks();
      await store.putInForce(EVENT, others, { version: 0, bets: 1, stakedMinor: 1050n });
      return undefined;
    });

    const report = await settleEvent(deps, win, calm);

    expect(report).toMatchObject({ outcome: 'WIN', version: 2, state: 'settled' });
    expect(report.history).toEqual([
      { ...others, version: 1 },
      { ...own, version: 2 },
    ]);
  });

  it('does not close fences again when the intent comes too late', async () => {
    const { deps, store } = withBets(1);
    jest.spyOn(store, 'noteIntent').mockImplementationOnce(async () => {
      await store.putInForce(EVENT, others, { version: 0, bets: 1, stakedMinor: 1050n });
      return false;
    });
    const closing = jest.spyOn(store, 'closeFences');

    const report = await settleEvent(deps, win, calm);

    expect(report).toMatchObject({ outcome: 'WIN', version: 2 });
    expect(closing).not.toHaveBeenCalled();
  });
});

describe('settleEvent for the status that is in force', () => {
  it('changes nothing', async () => {
    const { deps, store } = withBets(1);
    const first = await settleEvent(deps, win, calm);
    const forcing = jest.spyOn(store, 'putInForce');
    const noting = jest.spyOn(store, 'noteIntent');

    const second = await settleEvent(deps, win, calm);

    expect(second).toEqual(first);
    expect(forcing).not.toHaveBeenCalled();
    expect(noting).not.toHaveBeenCalled();
  });

  it('tells how far the settlement has come', async () => {
    const { deps, store } = withBets(26);
    await settleEvent(deps, win, calm);
    await store.markFenceSwept({ eventId: EVENT, fence: 3 }, 1);

    const second = await settleEvent(deps, win, calm);

    expect(second).toMatchObject({ state: 'settling', bets: { total: 26, settled: 1 } });
  });
});

describe('settleEvent for another status', () => {
  it('is a correction: one version more, the history kept, every bet follows', async () => {
    const { deps, store } = withBets(2);
    await settleEvent(deps, win, calm);
    const closing = jest.spyOn(store, 'closeFences');
    const forcing = jest.spyOn(store, 'putInForce');

    const report = await settleEvent(deps, lose, calm);

    const correction = { id: 'decision-2', outcome: 'LOSE', decidedAt: NOON };
    expect(report).toEqual({
      eventId: EVENT,
      outcome: 'LOSE',
      version: 2,
      state: 'settled',
      bets: { total: 2, settled: 2, stakedMinor: 2100n },
      history: [
        { ...own, version: 1 },
        { ...correction, version: 2 },
      ],
    });
    expect(store.storedVersions()).toEqual([2, 2]);
    expect(closing).not.toHaveBeenCalled();
    expect(forcing.mock.calls[0]?.[2]).toMatchObject({ version: 1, bets: 2, stakedMinor: 2100n });
  });

  it('takes the hundredth version and refuses one more', async () => {
    const { deps, store } = createFakes();
    for (let round = 1; round <= 50; round += 1) {
      await settleEvent(deps, win, calm);
      await settleEvent(deps, lose, calm);
    }

    const refused = settleEvent(deps, win, calm);

    await expect(refused).rejects.toEqual(
      new BetError('correction-limit', `Event ${EVENT} has had 100 results.`),
    );
    await expect(refused).rejects.toHaveProperty('code', 'correction-limit');
    expect(store.events.get(EVENT)?.settlement?.version).toBe(100);
  });

  it('reports its own decision when the reply to it was lost, and does not repeat it', async () => {
    const { deps, store } = withBets(1);
    await store.putInForce(EVENT, others, { version: 0, bets: 1, stakedMinor: 1050n });
    const putInForce = store.putInForce.bind(store);
    const forcing = jest.spyOn(store, 'putInForce').mockImplementationOnce(async (...args) => {
      await putInForce(...args);
      // And then somebody else corrects it back, all before the second try.
      await putInForce(
        EVENT,
        { ...others, id: 'others-2' },
        { version: 2, bets: 1, stakedMinor: 1n },
      );
      return undefined;
    });

    const report = await settleEvent(deps, win, calm);

    expect(forcing).toHaveBeenCalledTimes(1);
    expect(report).toMatchObject({ outcome: 'LOSE', version: 3 });
    expect(report.history.map((verdict) => verdict.id)).toEqual([
      'others',
      'decision-1',
      'others-2',
    ]);
  });

  it('reports its own decision after a lost reply although a version was asked for', async () => {
    const { deps, store } = withBets(1);
    await store.putInForce(EVENT, others, { version: 0, bets: 1, stakedMinor: 1050n });
    const putInForce = store.putInForce.bind(store);
    jest.spyOn(store, 'putInForce').mockImplementationOnce(async (...args) => {
      await putInForce(...args);
      return undefined;
    });

    const report = await settleEvent(deps, { ...win, ifVersion: [1] }, calm);

    expect(report).toMatchObject({ outcome: 'WIN', version: 2 });
  });

  it('is unavailable after eight rounds that others won', async () => {
    const { deps, store } = withBets(1);
    await store.putInForce(EVENT, others, { version: 0, bets: 1, stakedMinor: 1050n });
    const forcing = jest.spyOn(store, 'putInForce').mockResolvedValue(undefined);

    const settled = settleEvent(deps, win, calm);

    await expect(settled).rejects.toMatchObject({
      code: 'unavailable',
      message: `Event ${EVENT} is being settled by others: 8 rounds were lost.`,
    });
    expect(forcing).toHaveBeenCalledTimes(8);
  });
});

describe('settleEvent under a version that is asked for', () => {
  it.each([
    ['version 0 of an event without a result', false, [0]],
    ['the version in force', true, [1]],
    ['one of several versions', true, [7, 1]],
    ['any version of an event with a result', true, 'any' as const],
  ])('takes %s', async (_case, decided, ifVersion) => {
    const { deps, store } = createFakes();
    if (decided) await store.putInForce(EVENT, others, { version: 0, bets: 0, stakedMinor: 0n });

    const report = await settleEvent(deps, { ...win, ifVersion }, calm);

    expect(report).toMatchObject({ outcome: 'WIN', version: decided ? 2 : 1 });
  });

  it.each([
    ['version 1 of an event without a result', false, [1], 0],
    ['any version of an event without a result', false, 'any' as const, 0],
    ['an earlier version', true, [0], 1],
    ['a later version', true, [2], 1],
    ['no version at all', true, [], 1],
  ])('refuses %s and changes nothing', async (_case, decided, ifVersion, version) => {
    const { deps, store } = createFakes();
    if (decided) await store.putInForce(EVENT, others, { version: 0, bets: 0, stakedMinor: 0n });
    const before = structuredClone(store.events);

    const refused = settleEvent(deps, { ...win, ifVersion }, calm);

    await expect(refused).rejects.toEqual(
      new BetError('version-mismatch', `Event ${EVENT} is at version ${version}.`),
    );
    await expect(refused).rejects.toHaveProperty('code', 'version-mismatch');
    expect(store.events).toEqual(before);
  });

  it('refuses even the status that is in force', async () => {
    const { deps, store } = createFakes();
    await store.putInForce(EVENT, others, { version: 0, bets: 0, stakedMinor: 0n });

    const refused = settleEvent(deps, { ...lose, ifVersion: [2] }, calm);

    await expect(refused).rejects.toHaveProperty('code', 'version-mismatch');
  });
});

describe('completeIntent', () => {
  it('closes the fences, counts and puts the intent in force as it was noted', async () => {
    const { deps, store } = withBets(2);
    const closing = jest.spyOn(store, 'closeFences');

    const settlement = await completeIntent(deps, { eventId: EVENT }, others, calm);

    expect(closing.mock.calls).toEqual([[EVENT, NOON, calm]]);
    expect(settlement).toEqual({
      outcome: 'LOSE',
      decidedAt: NOON - 5,
      version: 1,
      state: 'settling',
      bets: 2,
      stakedMinor: 2100n,
      history: [{ ...others, version: 1 }],
    });
  });

  it('is undefined when another result is in force', async () => {
    const { deps } = withBets(2);
    await settleEvent(deps, win, calm);

    expect(await completeIntent(deps, { eventId: EVENT }, others, calm)).toBeUndefined();
  });
});

describe('getEvent', () => {
  it('shows an event without a result as open, with its bets and stakes', async () => {
    const { deps } = withBets(3);

    expect(await getEvent(deps, EVENT, calm)).toEqual({
      eventId: EVENT,
      outcome: null,
      version: 0,
      state: 'open',
      bets: { total: 3, settled: 0, stakedMinor: 3150n },
      history: [],
    });
  });

  it('ignores an intent', async () => {
    const { deps, store } = withBets(1);
    await store.noteIntent(EVENT, others);

    expect(await getEvent(deps, EVENT, calm)).toMatchObject({ state: 'open', outcome: null });
  });

  it('shows an event under its result', async () => {
    const { deps } = withBets(26);
    const put = await settleEvent(deps, win, calm);

    expect(await getEvent(deps, EVENT, calm)).toEqual(put);
  });

  it('does not find an event without bets and without a result', async () => {
    const { deps, store } = createFakes();
    await store.closeFences(EVENT);

    const found = getEvent(deps, EVENT, calm);

    await expect(found).rejects.toEqual(
      new BetError('event-not-found', `Nothing is known of event ${EVENT}.`),
    );
    await expect(found).rejects.toHaveProperty('code', 'event-not-found');
  });
});
