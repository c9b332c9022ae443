import {
  away,
  type Call,
  type CalmCloud,
  calmCloud,
  failing,
} from '../../tests/support/calmCloud.ts';
import { NOON, NOON_TEXT, placedBet } from '../../tests/support/samples.ts';
import { BetError } from './errors.ts';
import type { StoredResult } from './store.ts';
import { sweep, type SweepReport } from './sweep.ts';

const EVENT = 'sr:match:42';
const result = { outcome: 'WIN' as const, decidedAt: NOON, version: 1 };

/** Adds so many bets behind a fence, each newer than all that are there. */
function addBets(cloud: CalmCloud, fence: number, count: number): Promise<void> {
  const from = cloud.all('bets').length;
  return cloud.addBehind(fence, ...Array.from({ length: count }, (_, id) => placedBet(from + id)));
}

/** One bet behind a fence, which the index shows after so many milliseconds. */
async function addHidden(cloud: CalmCloud, fence: number, indexLagMs: number): Promise<void> {
  cloud.indexLagMs = indexLagMs;
  await addBets(cloud, fence, 1);
  cloud.indexLagMs = 0;
}

/** Runs a sweep after the first result of the event came in force. */
async function swept(cloud: CalmCloud, withinMs?: number): Promise<boolean> {
  const { end } = await sweepAfterResult(cloud, withinMs);
  return end === 'finished';
}

async function sweepAfterResult(cloud: CalmCloud, withinMs?: number): Promise<SweepReport> {
  await cloud.decide(EVENT);
  return sweeping(cloud, result, withinMs);
}

function sweeping(cloud: CalmCloud, stored: StoredResult, withinMs?: number): Promise<SweepReport> {
  const fences = Number(cloud.all('events')[0]?.['fences']);
  const inForce = { ...stored, bets: cloud.all('bets').length };
  return cloud.run((context) => sweep(context, { eventId: EVENT, fences }, inForce), withinMs);
}

const versions = (cloud: CalmCloud) =>
  cloud.all('bets').map(({ outcomeVersion }) => outcomeVersion);
const stateOf = (cloud: CalmCloud): unknown => cloud.all('events')[0]?.['state'];
const marks = (cloud: CalmCloud) => cloud.all('fences').map(({ sweptVersion }) => sweptVersion);

/** How many calls of a kind were sent side by side, instant by instant. */
function sideBySide(cloud: CalmCloud, call: Call): number[] {
  const times = cloud.sent(call).map(({ atMs }) => atMs);
  return [...new Set(times)].map((at) => times.filter((other) => other === at).length);
}

describe('sweep', () => {
  it('stores the result in batches of 25 across fences, then says that it is settled', async () => {
    const cloud = calmCloud();
    for (const fence of [0, 1, 2]) await addBets(cloud, fence, 20);

    const done = await swept(cloud);

    expect(done).toBe(true);
    expect(versions(cloud)).toEqual(Array(60).fill(1n));
    expect(cloud.all('bets')[59]).toMatchObject({ status: 'won', settledAt: NOON_TEXT });
    expect(stateOf(cloud)).toBe('settled');
    const sizes = cloud.sent('storeResult').map(({ input }) => Object(input['Statements']).length);
    expect(sizes).toEqual([25, 25, 10]);
    // The event's end says it of these fences: none is marked.
    expect(cloud.calls().slice(-2)).toEqual(['storeResult', 'finishSettlement']);
    const batches = sizes.map((size) => ['betsSettled', size]);
    expect(cloud.told).toEqual([...batches, ['settlementFinished']]);
  });

  it('walks over a fence in pages of 500, with eight batches on their way at once', async () => {
    const cloud = calmCloud({ latencyMs: 1 });
    await addBets(cloud, 0, 1100);

    const done = await swept(cloud);

    expect(done).toBe(true);
    expect(versions(cloud)).toEqual(Array(1100).fill(1n));
    expect(cloud.sent('oldestIds').map(({ atMs }) => atMs)).toEqual([1, 5, 9]);
    expect(sideBySide(cloud, 'storeResult')).toEqual([8, 8, 4, 8, 8, 4, 4]);
  });

  it('reads all 64 fences side by side when they hold few bets', async () => {
    const cloud = calmCloud({ latencyMs: 1 });
    for (let fence = 0; fence < 64; fence += 1) await addBets(cloud, fence, 1);

    await swept(cloud);

    expect(sideBySide(cloud, 'oldestIds')).toEqual([64]);
  });

  it('holds at most 4000 ids, and marks each fence that is done before the last', async () => {
    const cloud = calmCloud({ latencyMs: 1 });
    for (let fence = 0; fence < 8; fence += 1) await addBets(cloud, fence, 500);
    await addBets(cloud, 8, 1);
    await addBets(cloud, 9, 501);

    const done = await swept(cloud);

    expect(done).toBe(true);
    // Eight fences of 500, each of a full page and an empty one; then the two that are left.
    expect(sideBySide(cloud, 'oldestIds')).toEqual([8, 8, 2, 1]);
    expect(marks(cloud)).toEqual([...Array(9).fill(1n), undefined]);
    expect(sideBySide(cloud, 'markSwept')).toEqual([8, 1]);
    // 4000 bets are stored before the first mark.
    const order = cloud.calls().filter((call) => call === 'storeResult' || call === 'markSwept');
    expect(order.indexOf('markSwept')).toBe(160);
  });

  it('passes by fences without bets and those at the version or above, not below', async () => {
    const cloud = calmCloud();
    for (const version of [1, 2, 3]) {
      await addBets(cloud, version, 1);
      const behind = { eventId: EVENT, fence: version };
      await cloud.run(({ store }) => store.fences.markSwept(behind, version));
    }
    const { end } = await sweeping(cloud, { ...result, version: 2 });

    expect(end).toBe('finished');
    expect(cloud.sent('oldestIds')).toHaveLength(1);
    expect(versions(cloud)).toEqual([2n, 0n, 0n]);
  });

  it('finishes at once an event without bets', async () => {
    const cloud = calmCloud();

    const done = await swept(cloud);

    expect(done).toBe(true);
    expect(cloud.calls()).toEqual(['findFences', 'finishSettlement']);
    expect(cloud.tookMs()).toBe(0);
  });

  it('leaves bets and event alone that a later version has reached', async () => {
    const cloud = calmCloud();
    await addBets(cloud, 0, 2);
    const later = { ...result, version: 2 };
    await cloud.run(({ store }) => store.bets.storeResult([placedBet(0).id], later));
    cloud.meet('findFences', (carryOut) => cloud.decide(EVENT, { version: 2 }).then(carryOut));

    const done = await swept(cloud);

    expect(done).toBe(true);
    expect(versions(cloud)).toEqual([2n, 1n]);
    expect(stateOf(cloud)).toBe('settling');
  });
});

describe('sweep over an index that lags', () => {
  it('walks again, from the start and after a growing pause, until the count is full', async () => {
    const cloud = calmCloud({ random: () => 1 });
    // The oldest bet is the last to be seen, when the newest one has been met.
    for (const indexLagMs of [140, 0, 40]) await addHidden(cloud, 0, indexLagMs);

    const done = await swept(cloud);

    expect(done).toBe(true);
    expect(cloud.sent('oldestIds').map(({ atMs }) => atMs)).toEqual([0, 50, 50 + 100]);
    expect(versions(cloud)).toEqual([1n, 1n, 1n]);
    expect(stateOf(cloud)).toBe('settled');
  });

  it('leaves the fence to the next run after six walks, and never calls it settled', async () => {
    const cloud = calmCloud({ random: () => 1 });
    await addBets(cloud, 0, 2);
    await addHidden(cloud, 0, 100_000);

    const done = await swept(cloud);

    expect(done).toBe(false);
    expect(cloud.sent('oldestIds')).toHaveLength(6);
    expect(cloud.tookMs()).toBe(50 + 100 + 200 + 400 + 800);
    expect(versions(cloud)).toEqual([1n, 1n, 0n]);
    expect(marks(cloud)).toEqual([undefined]);
    expect(stateOf(cloud)).toBe('settling');
    expect(cloud.told).not.toContainEqual(['settlementFinished']);
  });

  it('still marks the other fences, those of later groups too', async () => {
    const cloud = calmCloud();
    await addHidden(cloud, 0, 100_000);
    await addBets(cloud, 0, 499);
    for (let fence = 1; fence < 8; fence += 1) await addBets(cloud, fence, 500);
    await addBets(cloud, 8, 1);

    const done = await swept(cloud);

    expect(done).toBe(false);
    expect(marks(cloud)).toEqual([undefined, ...Array(8).fill(1n)]);
    expect(cloud.calls()).not.toContain('finishSettlement');
  });

  it('ends when its time is over', async () => {
    const cloud = calmCloud({ random: () => 1 });
    await addHidden(cloud, 0, 100_000);

    const done = await swept(cloud, 60);

    expect(done).toBe(false);
    expect(cloud.sent('oldestIds')).toHaveLength(2);
    expect(cloud.tookMs()).toBe(60);
  });
});

describe('sweep on a store that fails', () => {
  /** Two fences, one of which is done, and marked, before the other. */
  async function twoFences(): Promise<CalmCloud> {
    const cloud = calmCloud();
    await addHidden(cloud, 0, 10);
    await addBets(cloud, 1, 1);
    return cloud;
  }

  it.each(['findFences', 'oldestIds', 'storeResult', 'markSwept', 'finishSettlement'] as const)(
    'is not done when it is away at %s',
    async (call) => {
      const cloud = await twoFences();
      cloud.meet(call, away);

      const done = await swept(cloud);

      expect(done).toBe(false);
      expect(stateOf(cloud)).toBe('settling');
      expect(cloud.told).not.toContainEqual(['settlementFinished']);
    },
  );

  it('takes a bet that could not be stored for one that is missing', async () => {
    const cloud = await twoFences();
    // The store says of no statement that it was carried out, in all its five tries.
    cloud.meet('storeResult', ...Array(5).fill(async () => ({ Responses: [] })));

    const done = await swept(cloud);

    expect(done).toBe(true);
    expect(versions(cloud)).toEqual([1n, 1n]);
  });

  it.each([
    ['a bug', new TypeError('a bug')],
    ['a refusal of the domain', new BetError('event-not-found', 'Not there.')],
  ])('passes %s on', async (_case, error) => {
    const cloud = await twoFences();
    cloud.meet('storeResult', failing(error));

    await expect(swept(cloud)).rejects.toBe(error);
  });
});

describe('what a sweep tells of its end', () => {
  const progress = { eventId: EVENT, version: 1 };

  it('counts bets that it stored, and not those that had the result already', async () => {
    const cloud = calmCloud();
    await addBets(cloud, 0, 3);
    await cloud.run(({ store }) => store.bets.storeResult([placedBet(0).id], result));

    const report = await sweepAfterResult(cloud);

    expect(report).toEqual({ ...progress, end: 'finished', bets: 3, settled: 3, stored: 2 });
    expect(cloud.told).toEqual([['betsSettled', 2], ['settlementFinished']]);
  });

  it('tells of no bet when all had the result already', async () => {
    const cloud = calmCloud();
    await addBets(cloud, 0, 1);
    await cloud.run(({ store }) => store.bets.storeResult([placedBet(0).id], result));

    await swept(cloud);

    expect(cloud.told).toEqual([['settlementFinished']]);
  });

  it('is how far it has come when its time was over', async () => {
    const cloud = calmCloud({ latencyMs: 1 });
    await addBets(cloud, 0, 501);

    // Fences and ids are read in two milliseconds, and each further one stores eight batches.
    const report = await sweepAfterResult(cloud, 5);

    expect(report).toMatchObject({ ...progress, end: 'out-of-time', bets: 501, settled: 400 });
    expect(cloud.told.at(-1)).toEqual(['sweepUnfinished', report]);
  });

  it('is why the store failed it, with the fences that were done before', async () => {
    const cloud = calmCloud();
    await addBets(cloud, 0, 2);
    await addBets(cloud, 1, 3);
    const behind = { eventId: EVENT, fence: 0 };
    await cloud.run(({ store }) => store.fences.markSwept(behind, 1));
    cloud.meet('storeResult', away);

    const report = await sweepAfterResult(cloud);

    const cause = expect.objectContaining({ code: 'unavailable' });
    const counts = { bets: 5, settled: 2, stored: 0 };
    expect(report).toEqual({ ...progress, ...counts, end: 'store-failed', cause });
    expect(cloud.told).toEqual([['sweepUnfinished', report]]);
  });

  /** The one fence of the event is read as if it had counted otherwise. */
  const tear = (cloud: CalmCloud, placed: bigint): void =>
    cloud.meet('findFences', async (carryOut) => {
      const { Responses } = await carryOut();
      const [fence] = Object(Responses)['calm-fences'];
      return { Responses: { 'calm-fences': [{ ...fence, placed }] } };
    });

  it.each([
    ['more', 4],
    ['fewer', 2],
  ])('is that a fence counted %s bets than there are', async (_case, counted) => {
    const cloud = calmCloud();
    await addBets(cloud, 0, 3);
    await cloud.decide(EVENT);
    tear(cloud, BigInt(counted));

    const report = await cloud.run((context) =>
      sweep(context, { eventId: EVENT, fences: 1 }, { ...result, bets: counted }),
    );

    expect(report).toMatchObject({ end: 'counts-differ', bets: counted, settled: 3 });
    expect(versions(cloud)).toEqual([1n, 1n, 1n]);
    expect(stateOf(cloud)).toBe('settling');
    expect(cloud.sent('oldestIds')).toHaveLength(6);
  });

  it('is that a fence is missing which was counted when the event was closed', async () => {
    const cloud = calmCloud();
    await addBets(cloud, 0, 2);
    await addBets(cloud, 1, 3);
    await cloud.decide(EVENT);
    cloud.meet('findFences', async (carryOut) => {
      const { Responses } = await carryOut();
      return { Responses: { 'calm-fences': Object(Responses)['calm-fences'].slice(0, 1) } };
    });

    const report = await cloud.run((context) =>
      sweep(context, { eventId: EVENT, fences: 4 }, { ...result, bets: 5 }),
    );

    expect(report).toMatchObject({ end: 'counts-differ', bets: 5, settled: 2 });
    expect(stateOf(cloud)).toBe('settling');
  });
});
