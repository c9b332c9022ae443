import { away, type CalmCloud, calmCloud, lostRace, twice } from '../../tests/support/calmCloud.ts';
import { NOON, NOON_TEXT, placedBet } from '../../tests/support/samples.ts';
import type { EventReport } from './event.ts';
import { settleEvent, type SettleRequest } from './settleEvent.ts';

const EVENT = 'sr:match:42';
const win: SettleRequest = { eventId: EVENT, outcome: 'WIN' };
const lose: SettleRequest = { eventId: EVENT, outcome: 'LOSE' };
const own = { id: 'decision-1', outcome: 'WIN', decidedAt: NOON } as const;

/** Bets of 10.50, in turn behind each of four fences. */
async function withBets(count: number, random?: () => number): Promise<CalmCloud> {
  const cloud = calmCloud({ random });
  await cloud.admit(EVENT, 4);
  for (let number = 0; number < count; number += 1) {
    await cloud.addBehind(number % 4, placedBet(number));
  }
  return cloud;
}

/** An event whose result in force is another operator's. */
async function decided(bets: number): Promise<CalmCloud> {
  const cloud = await withBets(bets);
  await cloud.decide(EVENT);
  return cloud;
}

function settle(cloud: CalmCloud, request = win, withinMs?: number): Promise<EventReport> {
  return cloud.run((context) => settleEvent(context, request), withinMs);
}

/** A first result of the request's own on so many bets, so many of which show it. */
function report(total: number, settled = total): EventReport {
  const bets = { total, settled, stakedMinor: 1050n * BigInt(total) };
  const state = settled === total ? 'settled' : 'settling';
  const history = [{ ...own, version: 1 }];
  return { eventId: EVENT, outcome: 'WIN', version: 1, state, bets, history };
}

const begun = ['settlementBegun', EVENT, expect.objectContaining({ decidedAt: NOON })];

describe('settleEvent for a first result', () => {
  it('puts it in force and stores it on the bets that one batch holds', async () => {
    const cloud = await withBets(25);

    const settled = await settle(cloud);

    expect(settled).toEqual(report(25));
    const versions = cloud.all('bets').map(({ outcomeVersion }) => outcomeVersion);
    expect(versions).toEqual(Array(25).fill(1n));
    expect(cloud.told).toEqual([begun, ['betsSettled', 25], ['settlementFinished']]);
  });

  it('notes the intent, closes the fences, counts and only then puts it in force', async () => {
    const cloud = await withBets(26);

    const settled = await settle(cloud);

    // More bets than one batch holds are left to the resumer.
    expect(settled).toEqual(report(26, 0));
    const closings = Array.from({ length: 4 }, () => 'close');
    const order = ['findEvents', 'noteIntent', ...closings, 'putInForce', 'findFences'];
    expect(cloud.calls()).toEqual(order);
    expect(cloud.sent('noteIntent')).toMatchObject([
      { input: { ExpressionAttributeValues: { ':intent': { ...own, decidedAt: NOON_TEXT } } } },
    ]);
    expect(cloud.all('fences').map(({ closedAt }) => closedAt)).toEqual(Array(4).fill(NOON_TEXT));
    expect(cloud.told).toEqual([begun]);
  });

  it('notes who decides, and tells of it once it is in force', async () => {
    const cloud = await withBets(1);

    const request = { eventId: EVENT, outcome: 'WIN', decidedBy: 'anna' } as const;
    const { history } = await cloud.run((context) => settleEvent(context, request));

    const verdict = { ...own, version: 1, decidedBy: 'anna' };
    expect(history).toEqual([verdict]);
    expect(cloud.told[0]).toEqual(['settlementBegun', EVENT, verdict]);
    expect(cloud.sent('noteIntent')).toMatchObject([
      { input: { ExpressionAttributeValues: { ':intent': { decidedBy: 'anna' } } } },
    ]);
  });

  it('lists an event that nobody knew, and settles one without bets at once', async () => {
    const cloud = calmCloud();

    const settled = await settle(cloud);

    expect(settled).toEqual(report(0));
    const order = ['findEvents', 'enter', 'enlist', 'noteIntent', 'close', 'putInForce'];
    expect(cloud.calls()).toEqual(order);
    expect(cloud.all('eventList')).toMatchObject([{ listKey: `${NOON_TEXT} ${EVENT}` }]);
    expect(cloud.told).toEqual([begun, ['settlementFinished']]);
  });

  it('answers that it goes on when the budget of the sweep is over', async () => {
    const cloud = await withBets(2, () => 0.999);
    cloud.indexLagMs = 5_000;
    await cloud.addBehind(2, placedBet(2));

    const settled = await settle(cloud);

    expect(settled).toEqual(report(3, 2));
    expect(cloud.tookMs()).toBe(1000);
  });

  it('ends by the deadline of the request when that comes first', async () => {
    const cloud = calmCloud({ indexLagMs: 5_000 });
    await cloud.add(placedBet(1));

    await expect(settle(cloud, win, 300)).rejects.toHaveProperty('code', 'unavailable');
    expect(cloud.tookMs()).toBe(300);
  });

  it('puts nothing in force when the fences cannot be closed', async () => {
    const cloud = await withBets(1);
    cloud.meet('close', away);

    await expect(settle(cloud)).rejects.toHaveProperty('code', 'unavailable');
    expect(cloud.calls().at(-1)).toBe('close');
    expect(cloud.told).toEqual([]);
  });
});

describe('settleEvent of an event that gets more fences meanwhile', () => {
  it('takes their final number from the write of its intent', async () => {
    const cloud = await withBets(2);
    cloud.meet('noteIntent', (carryOut) => cloud.addBehind(9, placedBet(2)).then(carryOut));

    const settled = await settle(cloud);

    expect(settled).toEqual(report(3));
    expect(cloud.sent('close')).toHaveLength(16);
  });
});

describe('settleEvent whose store is brought back meanwhile', () => {
  it('puts nothing in force over fences that are open again', async () => {
    const cloud = await withBets(2);
    const bringBack = cloud.backUp();
    cloud.meet('putInForce', async (carryOut) => {
      bringBack();
      await cloud.addBehind(1, placedBet(2));
      return carryOut();
    });

    const settled = await settle(cloud);

    expect(settled).toEqual(report(3));
  });

  it('does not take the intent of another operator for its own', async () => {
    const cloud = await withBets(2);
    const bringBack = cloud.backUp();
    const others = { id: 'others', outcome: 'LOSE', decidedAt: NOON } as const;
    cloud.meet('putInForce', async (carryOut) => {
      bringBack();
      await cloud.addBehind(1, placedBet(2));
      await cloud.run(({ store }) => store.events.noteIntent(EVENT, others));
      return carryOut();
    });

    const settled = await settle(cloud);

    expect(settled).toEqual(report(3));
  });
});

describe('settleEvent that meets other operators', () => {
  it('corrects a result that is put in force before its own', async () => {
    const cloud = await withBets(1);
    cloud.meet('putInForce', (carryOut) => cloud.decide(EVENT).then(carryOut));

    const settled = await settle(cloud);

    const lost = { id: 'others', outcome: 'LOSE', decidedAt: NOON, version: 1 };
    const history = [lost, { ...own, version: 2 }];
    expect(settled).toEqual({ ...report(1), version: 2, history });
  });

  it('judges the version again when a result comes while it lists an event', async () => {
    const cloud = calmCloud();
    cloud.meet('enter', (carryOut) => cloud.decide(EVENT).then(carryOut));

    await expect(settle(cloud, { ...win, ifVersion: [0] })).rejects.toMatchObject({
      code: 'version-mismatch',
      message: `Event ${EVENT} is at version 1.`,
    });
  });

  it('closes no fences when its intent comes too late', async () => {
    const cloud = await withBets(1);
    cloud.meet('noteIntent', (carryOut) => cloud.decide(EVENT).then(carryOut));

    const settled = await settle(cloud);

    expect(settled).toMatchObject({ outcome: 'WIN', version: 2 });
    expect(cloud.calls()).not.toContain('close');
  });

  it('is unavailable after eight rounds that others won', async () => {
    const cloud = await decided(1);
    cloud.meet('putInForce', ...Array.from({ length: 8 }, () => lostRace));

    await expect(settle(cloud)).rejects.toMatchObject({
      code: 'unavailable',
      message: `Event ${EVENT} is being settled by others: 8 rounds were lost.`,
    });
    expect(cloud.sent('putInForce')).toHaveLength(8);
    expect(cloud.tookMs()).toBe((10 + 20 + 40 + 80 + 160 + 200 + 200) / 2);
    expect(cloud.told).toEqual([]);
  });

  it('knows its own decision after a lost reply, although a version was asked for', async () => {
    const cloud = await decided(1);
    cloud.meet('putInForce', twice);

    const settled = await settle(cloud, { ...win, ifVersion: [1] });

    expect(settled).toMatchObject({ outcome: 'WIN', version: 2, state: 'settling' });
  });

  it('does not repeat its own decision that was corrected after a lost reply', async () => {
    const cloud = await decided(1);
    cloud.meet('putInForce', async (carryOut) => {
      await carryOut();
      await cloud.decide(EVENT, { id: 'others-2', version: 3 });
      return carryOut();
    });

    const settled = await settle(cloud);

    expect(settled).toMatchObject({ outcome: 'LOSE', version: 3 });
    expect(settled.history.map(({ id }) => id)).toEqual(['others', 'decision-1', 'others-2']);
  });
});

describe('settleEvent for an outcome after the first', () => {
  it('changes nothing by the same one, and tells how far the settlement has come', async () => {
    const cloud = await withBets(26);
    await settle(cloud);
    await cloud.run(({ store }) => store.fences.markSwept({ eventId: EVENT, fence: 3 }, 1));

    const again = await settle(cloud);

    expect(again).toEqual(report(26, 6));
    expect(cloud.calls()).toEqual(['findEvents', 'findFences']);
    expect(cloud.told).toEqual([]);
  });

  it('corrects by another: one version more, the history kept, every bet follows', async () => {
    const cloud = await withBets(2);
    await settle(cloud);

    const corrected = await settle(cloud, lose);

    const correction = { id: 'decision-2', outcome: 'LOSE', decidedAt: NOON, version: 2 };
    const history = [{ ...own, version: 1 }, correction];
    expect(corrected).toEqual({ ...report(2), outcome: 'LOSE', version: 2, history });
    const stored = { outcomeVersion: 2n, status: 'lost' };
    expect(cloud.all('bets')).toMatchObject([stored, stored]);
    expect(cloud.calls()).not.toContain('close');
    expect(cloud.told).toEqual([begun, ['betsSettled', 2], ['settlementFinished']]);
  });

  it('takes the hundredth version and refuses one more', async () => {
    const cloud = calmCloud();
    for (let version = 1; version < 100; version += 1) await cloud.decide(EVENT, { version });

    expect(await settle(cloud)).toMatchObject({ version: 100 });
    await expect(settle(cloud, lose)).rejects.toMatchObject({
      code: 'correction-limit',
      message: `Event ${EVENT} has had 100 results.`,
    });
    expect(cloud.calls()).toEqual(['findEvents']);
  });
});

describe('settleEvent under a version that is asked for', () => {
  it('takes a retry of what it has put in force, and changes nothing', async () => {
    const cloud = await withBets(26);
    const first = await settle(cloud, { ...win, ifVersion: [0] });

    const again = await settle(cloud, { ...win, ifVersion: [0] });

    expect(again).toEqual(first);
    expect(cloud.calls()).toEqual(['findEvents', 'findFences']);
  });

  it('takes the wish of one who lost the race to another with the same wish', async () => {
    const cloud = await decided(0);
    const others = { id: 'others-2', outcome: 'WIN', version: 2 } as const;
    cloud.meet('putInForce', (carryOut) => cloud.decide(EVENT, others).then(carryOut));

    const settled = await settle(cloud, { ...win, ifVersion: [1] });

    expect(settled.history.map(({ id }) => id)).toEqual(['others', 'others-2']);
  });

  it('refuses a retry whose result was corrected since', async () => {
    const cloud = calmCloud();
    await settle(cloud, { ...win, ifVersion: [0] });
    await cloud.decide(EVENT, { version: 2 });

    await expect(settle(cloud, { ...win, ifVersion: [0] })).rejects.toMatchObject({
      code: 'version-mismatch',
      message: `Event ${EVENT} is at version 2.`,
    });
    expect(cloud.calls()).toEqual(['findEvents']);
  });

  it.each([
    ['version 0 of an event without a result', calmCloud, [0], 1],
    ['the version in force', () => decided(0), [1], 2],
    ['one of several versions', () => decided(0), [7, 1], 2],
    ['any version of an event with a result', () => decided(0), 'any' as const, 2],
  ])('takes %s', async (_case, given, ifVersion, version) => {
    const settled = await settle(await given(), { ...win, ifVersion });

    expect(settled).toMatchObject({ outcome: 'WIN', version });
  });

  it.each([
    ['version 1 of an event without a result', calmCloud, win, [1], 0],
    ['any version of an event without a result', calmCloud, win, 'any' as const, 0],
    ['an earlier version', () => decided(0), win, [0], 1],
    ['a later version', () => decided(0), win, [2], 1],
    ['no version at all', () => decided(0), win, [], 1],
    ['a version to come, although the outcome is in force', () => decided(0), lose, [2], 1],
    ['no version at all, although the outcome is in force', () => decided(0), lose, [], 1],
  ])('refuses %s and changes nothing', async (_case, given, request, ifVersion, version) => {
    const cloud = await given();

    await expect(settle(cloud, { ...request, ifVersion })).rejects.toMatchObject({
      code: 'version-mismatch',
      message: `Event ${EVENT} is at version ${version}.`,
    });
    expect(cloud.calls()).toEqual(['findEvents']);
  });
});
