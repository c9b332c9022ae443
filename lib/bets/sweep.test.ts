import {
  betIdOf,
  calm,
  createFakes,
  type Fakes,
  NOON,
  placedBet,
} from '../../tests/support/fakes.ts';
import { BetError } from './errors.ts';
import { sweep } from './sweep.ts';

const EVENT = 'sr:match:42';
const result = { outcome: 'WIN' as const, decidedAt: NOON + 5, version: 1 };

/** So many bets, on so many fences, and a result in force on their event. */
async function settled({ bets, fences = 1 }: { bets: number; fences?: number }): Promise<Fakes> {
  const fakes = createFakes({ random: 1 });
  for (let number = 0; number < bets; number += 1) {
    fakes.store.add(placedBet(number, { fence: number % fences }));
  }
  await fakes.store.putInForce(
    EVENT,
    { id: 'decision-9', outcome: 'WIN', decidedAt: NOON + 5 },
    { version: 0, bets, stakedMinor: 1n },
  );
  return fakes;
}

function stateOf({ store }: Fakes): string | undefined {
  return store.events.get(EVENT)?.settlement?.state;
}

describe('sweep', () => {
  it('stores the result on every bet, and then says that it is settled', async () => {
    const fakes = await settled({ bets: 60, fences: 3 });
    const { deps, store } = fakes;
    const marking = jest.spyOn(store, 'markFenceSwept');
    const finishing = jest.spyOn(store, 'finishSettlement');
    const storing = jest.spyOn(store, 'storeResult');

    const done = await sweep(deps, EVENT, result, calm);

    expect(done).toBe(true);
    expect([...store.bets.values()].map((bet) => bet.result)).toEqual(
      Array.from({ length: 60 }, () => result),
    );
    expect(finishing.mock.calls).toEqual([[EVENT, 1, calm]]);
    expect(Math.min(...finishing.mock.invocationCallOrder)).toBeGreaterThan(
      Math.max(...storing.mock.invocationCallOrder),
    );
    // The event's end says it of these fences.
    expect(marking).not.toHaveBeenCalled();
    expect(stateOf(fakes)).toBe('settled');
  });

  it('marks the fences that are done while others are not', async () => {
    const { deps, store } = await settled({ bets: 0 });
    // Ten fences of 500 bets are two groups; one of the second takes another page.
    for (let number = 0; number < 5_000; number += 1) {
      store.add(placedBet(number, { fence: number % 10 }));
    }
    store.add(placedBet(5_000, { fence: 9 }));
    const marking = jest.spyOn(store, 'markFenceSwept');
    const storing = jest.spyOn(store, 'storeResult');
    const finishing = jest.spyOn(store, 'finishSettlement');

    const done = await sweep(deps, EVENT, result, calm);

    expect(done).toBe(true);
    expect(marking.mock.calls).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7, 8].map((fence) => [{ eventId: EVENT, fence }, 1, calm]),
    );
    // A fence is marked after its last bet is stored: 8 × 500 / 25 batches come before the first group's marks.
    expect(marking.mock.invocationCallOrder[0]).toBeGreaterThan(
      storing.mock.invocationCallOrder[159] ?? Number.NaN,
    );
    expect(finishing).toHaveBeenCalledTimes(1);
  });

  it('stores in full batches of 25, across fences', async () => {
    const { deps, store } = await settled({ bets: 60, fences: 3 });
    const storing = jest.spyOn(store, 'storeResult');

    await sweep(deps, EVENT, result, calm);

    const sizes = storing.mock.calls.map(([ids]) => ids.length);
    expect(sizes.toSorted((one, other) => other - one)).toEqual([25, 25, 10]);
    expect(storing.mock.calls.map(([, given, signal]) => [given, signal])).toEqual(
      Array.from({ length: 3 }, () => [result, calm]),
    );
  });

  it('has at most eight batches on their way at once', async () => {
    const { deps, store } = await settled({ bets: 500 });
    let running = 0;
    let most = 0;
    jest.spyOn(store, 'storeResult').mockImplementation(async (ids) => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
      return [...ids];
    });

    await sweep(deps, EVENT, result, calm);

    expect(most).toBe(8);
  });

  it('passes by fences without bets and those that are at the version already', async () => {
    const fakes = await settled({ bets: 3, fences: 3 });
    const { deps, store } = fakes;
    await store.closeFences(EVENT);
    await store.markFenceSwept({ eventId: EVENT, fence: 0 }, 1);
    await store.markFenceSwept({ eventId: EVENT, fence: 2 }, 2);
    const reading = jest.spyOn(store, 'oldestBetIds');

    const done = await sweep(deps, EVENT, result, calm);

    expect(done).toBe(true);
    expect(reading.mock.calls.map(([behind]) => behind)).toEqual([{ eventId: EVENT, fence: 1 }]);
    expect(store.storedVersions()).toEqual([0, 1, 0]);
  });

  it('sweeps again the fences of an earlier version', async () => {
    const { deps, store } = await settled({ bets: 2, fences: 2 });
    await sweep(deps, EVENT, result, calm);
    await store.markFenceSwept({ eventId: EVENT, fence: 0 }, 1);

    await sweep(deps, EVENT, { ...result, outcome: 'LOSE', version: 2 }, calm);

    expect(store.storedVersions()).toEqual([2, 2]);
  });

  it('finishes at once an event without bets', async () => {
    const { deps, store, pauses } = await settled({ bets: 0 });
    const finishing = jest.spyOn(store, 'finishSettlement');

    expect(await sweep(deps, EVENT, result, calm)).toBe(true);
    expect(finishing.mock.calls).toEqual([[EVENT, 1, calm]]);
    expect(pauses).toEqual([]);
  });

  it('walks over a fence in pages of 500 ids, each from the last id of the one before', async () => {
    const fakes = await settled({ bets: 1100 });
    const reading = jest.spyOn(fakes.store, 'oldestBetIds');

    const done = await sweep(fakes.deps, EVENT, result, calm);

    const behind = { eventId: EVENT, fence: 0 };
    expect(done).toBe(true);
    expect(reading.mock.calls).toEqual([
      [behind, undefined, 500, calm],
      [behind, betIdOf(499), 500, calm],
      [behind, betIdOf(999), 500, calm],
    ]);
    expect(fakes.store.storedVersions()).toEqual(Array.from({ length: 1100 }, () => 1));
    expect(fakes.pauses).toEqual([]);
  });

  it('holds at most 4000 ids in memory: the fences of many bets go in groups', async () => {
    const { deps, store } = await settled({ bets: 0 });
    const fences = Array.from({ length: 10 }, (_, number) => {
      return { number, placed: 600, stakedMinor: 1n, sweptVersion: 0 };
    });
    jest.spyOn(store, 'findFences').mockResolvedValue(fences);
    let reading = 0;
    let most = 0;
    const seen: number[] = [];
    jest.spyOn(store, 'oldestBetIds').mockImplementation(async ({ fence }, after) => {
      reading += 1;
      most = Math.max(most, reading);
      await Promise.resolve();
      reading -= 1;
      seen.push(fence);
      const [first, count] = after === undefined ? [0, 500] : [500, 100];
      const items = Array.from({ length: count }, (_, id) => betIdOf(fence * 1000 + first + id));
      return { items, end: after !== undefined };
    });

    const done = await sweep(deps, EVENT, result, calm);

    // Each of these fences may bring 500 ids at once, and 8 × 500 = 4000.
    expect(done).toBe(true);
    expect(most).toBe(8);
    const [first, second] = [
      [0, 1, 2, 3, 4, 5, 6, 7],
      [8, 9],
    ];
    expect(seen).toEqual([first, first, second, second].flat());
  });

  it('reads all 64 fences side by side when they hold few bets', async () => {
    const { deps, store } = await settled({ bets: 128, fences: 64 });
    let reading = 0;
    let most = 0;
    const oldestBetIds = store.oldestBetIds.bind(store);
    jest.spyOn(store, 'oldestBetIds').mockImplementation(async (...args) => {
      reading += 1;
      most = Math.max(most, reading);
      const page = await oldestBetIds(...args);
      reading -= 1;
      return page;
    });

    await sweep(deps, EVENT, result, calm);

    expect(most).toBe(64);
  });

  describe('over an index that lags', () => {
    it('walks again, from the start and after a growing pause, until the count is full', async () => {
      const fakes = await settled({ bets: 3 });
      const { deps, store, pauses } = fakes;
      store.unindexed.add(betIdOf(0)).add(betIdOf(2));
      jest.spyOn(deps.clock, 'sleep').mockImplementation(async (milliseconds) => {
        pauses.push(milliseconds);
        // One bet becomes visible in each pause, older ones behind those that were seen.
        store.unindexed.delete(betIdOf(pauses.length === 1 ? 2 : 0));
      });
      const reading = jest.spyOn(store, 'oldestBetIds');

      const done = await sweep(deps, EVENT, result, calm);

      expect(done).toBe(true);
      expect(pauses).toEqual([50, 100]);
      expect(reading.mock.calls.map(([, after]) => after)).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
      expect(store.storedVersions()).toEqual([1, 1, 1]);
      expect(stateOf(fakes)).toBe('settled');
    });

    it('leaves the fence to the next run after six walks, and never calls it settled', async () => {
      const fakes = await settled({ bets: 3 });
      fakes.store.unindexed.add(betIdOf(1));
      const reading = jest.spyOn(fakes.store, 'oldestBetIds');

      const done = await sweep(fakes.deps, EVENT, result, calm);

      expect(done).toBe(false);
      expect(reading).toHaveBeenCalledTimes(6);
      expect(fakes.pauses).toEqual([50, 100, 200, 400, 800]);
      expect(fakes.store.storedVersions()).toEqual([1, 0, 1]);
      expect(fakes.store.fences.get(`${EVENT}#0`)?.swept).toBe(0);
      expect(stateOf(fakes)).toBe('settling');
    });

    it('still marks the other fences, those of later groups too', async () => {
      const fakes = await settled({ bets: 0 });
      const { deps, store } = fakes;
      // Nine fences of 500 bets are two groups; the first fence lags.
      for (let number = 0; number < 4500; number += 1) {
        store.add(placedBet(number, { fence: number % 9 }));
      }
      store.unindexed.add(betIdOf(0));
      const finishing = jest.spyOn(store, 'finishSettlement');

      const done = await sweep(deps, EVENT, result, calm);

      const swept = [0, 1, 2, 3, 4, 5, 6, 7, 8].map(
        (fence) => store.fences.get(`${EVENT}#${fence}`)?.swept,
      );
      expect(done).toBe(false);
      expect(swept).toEqual([0, 1, 1, 1, 1, 1, 1, 1, 1]);
      expect(finishing).not.toHaveBeenCalled();
    });
  });

  it('takes a bet that could not be stored for one that is missing', async () => {
    const fakes = await settled({ bets: 3 });
    const { deps, store } = fakes;
    const storeResult = store.storeResult.bind(store);
    jest
      .spyOn(store, 'storeResult')
      .mockImplementationOnce(async (ids, given) => storeResult(ids.slice(1), given));

    const done = await sweep(deps, EVENT, result, calm);

    expect(done).toBe(true);
    expect(fakes.pauses).toEqual([50]);
    expect(store.storedVersions()).toEqual([1, 1, 1]);
  });

  it('ends, and marks nothing as settled, when its signal aborts', async () => {
    const fakes = await settled({ bets: 3 });
    const stopping = new AbortController();
    const { store } = fakes;
    store.unindexed.add(betIdOf(1));
    jest.spyOn(fakes.deps.clock, 'sleep').mockImplementation(async () => stopping.abort());
    const reading = jest.spyOn(store, 'oldestBetIds');

    const done = await sweep(fakes.deps, EVENT, result, stopping.signal);

    expect(done).toBe(false);
    expect(reading).toHaveBeenCalledTimes(2);
    expect(stateOf(fakes)).toBe('settling');
  });

  it('begins no further group once its signal has aborted', async () => {
    const fakes = await settled({ bets: 0 });
    const { deps, store } = fakes;
    for (let number = 0; number < 4500; number += 1) {
      store.add(placedBet(number, { fence: number % 9 }));
    }
    const stopping = new AbortController();
    const reading = jest.spyOn(store, 'oldestBetIds');
    jest.spyOn(store, 'markFenceSwept').mockImplementation(async () => stopping.abort());
    const finishing = jest.spyOn(store, 'finishSettlement');

    const done = await sweep(deps, EVENT, result, stopping.signal);

    expect(done).toBe(false);
    expect(reading).toHaveBeenCalledTimes(8);
    expect(finishing).not.toHaveBeenCalled();
  });

  it('does not finish when its signal aborts with the last fence', async () => {
    const fakes = await settled({ bets: 3 });
    const stopping = new AbortController();
    jest.spyOn(fakes.store, 'storeResult').mockImplementation(async (ids) => {
      stopping.abort();
      return [...ids];
    });
    const finishing = jest.spyOn(fakes.store, 'finishSettlement');

    const done = await sweep(fakes.deps, EVENT, result, stopping.signal);

    expect(done).toBe(false);
    expect(finishing).not.toHaveBeenCalled();
  });

  it.each([
    'findFences',
    'oldestBetIds',
    'storeResult',
    'markFenceSwept',
    'finishSettlement',
  ] as const)('is not done when the store fails at %s', async (call) => {
    // One fence is done before the other, whose last id is on a second page.
    const fakes = await settled({ bets: 1_001, fences: 2 });
    const away = new BetError('unavailable', 'The store is away.');
    jest.spyOn(fakes.store, call).mockRejectedValue(away);

    expect(await sweep(fakes.deps, EVENT, result, calm)).toBe(false);
    expect(stateOf(fakes)).toBe('settling');
  });

  it('passes a bug on', async () => {
    const fakes = await settled({ bets: 3 });
    const bug = new TypeError('a bug');
    jest.spyOn(fakes.store, 'storeResult').mockRejectedValue(bug);

    await expect(sweep(fakes.deps, EVENT, result, calm)).rejects.toBe(bug);
  });

  it('passes a refusal of the domain on', async () => {
    const fakes = await settled({ bets: 3 });
    const refusal = new BetError('event-not-found', 'Not there.');
    jest.spyOn(fakes.store, 'findFences').mockRejectedValue(refusal);

    await expect(sweep(fakes.deps, EVENT, result, calm)).rejects.toBe(refusal);
  });

  it('leaves bets alone that a later version has reached', async () => {
    const { deps, store } = await settled({ bets: 2 });
    await store.storeResult([betIdOf(0)], { ...result, outcome: 'LOSE', version: 2 });

    const done = await sweep(deps, EVENT, result, calm);

    expect(done).toBe(true);
    expect(store.storedVersions()).toEqual([2, 1]);
  });

  it('cannot say settled for an event that has a later version by now', async () => {
    const fakes = await settled({ bets: 2 });
    const correction = { id: 'decision-10', outcome: 'LOSE' as const, decidedAt: NOON + 6 };
    await fakes.store.putInForce(EVENT, correction, { version: 1, bets: 2, stakedMinor: 1n });

    await sweep(fakes.deps, EVENT, result, calm);

    expect(stateOf(fakes)).toBe('settling');
  });
});
