import { away, type CalmCloud, calmCloud, lostRace, twice } from '../../tests/support/calmCloud.ts';
import { betIdOf, NOON, NOON_TEXT, placedBet } from '../../tests/support/samples.ts';
import type { Decision, EventReport, Settlement } from './event.ts';
import { settleEvent, type SettleRequest } from './settleEvent.ts';

const EVENT = 'sr:match:42';
const win: SettleRequest = { eventId: EVENT, outcome: 'WIN' };
const lose: SettleRequest = { eventId: EVENT, outcome: 'LOSE' };

const own: Decision = { id: 'decision-1', outcome: 'WIN', decidedAt: NOON };
const others: Decision = { id: 'others', outcome: 'LOSE', decidedAt: NOON - 5 };

/** Bets of 10.50, each behind a fence of its own. */
async function withBets(count: number, options = {}): Promise<CalmCloud> {
  const cloud = calmCloud(options);
  const bets = Array.from({ length: count }, (_, number) => placedBet(number, { fence: number }));
  await cloud.add(...bets);
  return cloud;
}

function settle(cloud: CalmCloud, request = win, withinMs?: number): Promise<EventReport> {
  return cloud.run((context) => settleEvent(context, request), withinMs);
}

/** Another operator's result over version `version`, without a sweep. */
function putOthers(
  cloud: CalmCloud,
  { version = 0, bets = 1, decision = others } = {},
): Promise<Settlement | undefined> {
  return cloud.beside(({ store }) =>
    store.events.putInForce(EVENT, decision, { version, bets, stakedMinor: 1050n * BigInt(bets) }),
  );
}

/** An event whose result, another operator's, is in force. */
async function decided(bets = 0): Promise<CalmCloud> {
  const cloud = await withBets(bets);
  await cloud.run(() => putOthers(cloud, { bets }));
  return cloud;
}

function report(bets: number, more: Partial<EventReport> = {}): EventReport {
  const total = { total: bets, settled: bets, stakedMinor: 1050n * BigInt(bets) };
  const history = [{ ...own, version: 1 }];
  return {
    eventId: EVENT,
    outcome: 'WIN',
    version: 1,
    state: 'settled',
    bets: total,
    history,
    ...more,
  };
}

describe('settleEvent for a first result', () => {
  it('puts it in force and stores it on the bets that one batch holds', async () => {
    const cloud = await withBets(25);

    const settled = await settle(cloud);

    expect(settled).toEqual(report(25));
    const versions = cloud.all('bets').map(({ outcomeVersion }) => outcomeVersion);
    expect(versions).toEqual(Array.from({ length: 25 }, () => 1n));
    expect(cloud.told).toEqual([['settlementBegun'], ['betsSettled', 25], ['settlementFinished']]);
  });

  it('notes the intent, closes the fences, counts and only then puts it in force', async () => {
    const cloud = await withBets(26);

    await settle(cloud);

    expect(cloud.calls()).toEqual([
      'findEvents',
      'noteIntent',
      'close',
      'findFences',
      'putInForce',
      'findFences',
    ]);
    expect(cloud.sent('noteIntent')).toMatchObject([
      { input: { ExpressionAttributeValues: { ':intent': { ...own, decidedAt: NOON_TEXT } } } },
    ]);
    expect(cloud.all('fences').map(({ closedAt }) => closedAt)).toEqual(
      Array.from({ length: 64 }, () => NOON_TEXT),
    );
  });

  it('leaves more bets than one batch holds to the resumer', async () => {
    const cloud = await withBets(26);

    const settled = await settle(cloud);

    const bets = { total: 26, settled: 0, stakedMinor: 27_300n };
    expect(settled).toEqual(report(26, { state: 'settling', bets }));
    expect(cloud.told).toEqual([['settlementBegun']]);
  });

  it('settles an event without bets at once', async () => {
    const cloud = calmCloud();

    const settled = await settle(cloud);

    expect(settled).toEqual(report(0));
    expect(cloud.calls()).not.toContain('finishSettlement');
    expect(cloud.told).toEqual([['settlementBegun'], ['settlementFinished']]);
  });

  it('answers that it goes on when the budget of the sweep is over', async () => {
    const cloud = await withBets(2, { random: () => 0.999 });
    cloud.indexLagMs = 5_000;
    await cloud.add(placedBet(2, { fence: 2 }));

    const settled = await settle(cloud);

    const bets = { total: 3, settled: 2, stakedMinor: 3150n };
    expect(settled).toEqual(report(3, { state: 'settling', bets }));
    expect(cloud.tookMs()).toBe(1000);
  });

  it('ends by the deadline of the request when that comes first', async () => {
    const cloud = calmCloud({ indexLagMs: 5_000 });
    await cloud.add(placedBet(1));

    const settled = settle(cloud, win, 300);

    await expect(settled).rejects.toHaveProperty('code', 'unavailable');
    expect(cloud.tookMs()).toBe(300);
  });

  it('passes on that the store is away', async () => {
    const cloud = await withBets(1);
    cloud.meet('close', away);

    await expect(settle(cloud)).rejects.toHaveProperty('code', 'unavailable');
    expect(cloud.told).toEqual([]);
  });
});

describe('settleEvent that meets other operators', () => {
  it('corrects a result that is put in force before its own', async () => {
    const cloud = await withBets(1);
    cloud.meet('putInForce', async (carryOut) => {
      await putOthers(cloud);
      return carryOut();
    });

    const settled = await settle(cloud);

    const history = [
      { ...others, version: 1 },
      { ...own, version: 2 },
    ];
    expect(settled).toEqual(report(1, { version: 2, history }));
  });

  it('closes no fences when its intent comes too late', async () => {
    const cloud = await withBets(1);
    cloud.meet('noteIntent', async (carryOut) => {
      await putOthers(cloud);
      return carryOut();
    });

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
    expect(cloud.sent('putInForce')).toHaveLength(1);
  });

  it('does not repeat its own decision that was corrected after a lost reply', async () => {
    const cloud = await decided(1);
    cloud.meet('putInForce', async (carryOut) => {
      await carryOut();
      await putOthers(cloud, { version: 2, decision: { ...others, id: 'others-2' } });
      return carryOut();
    });

    const settled = await settle(cloud);

    expect(settled).toMatchObject({ outcome: 'LOSE', version: 3 });
    expect(settled.history.map(({ id }) => id)).toEqual(['others', 'decision-1', 'others-2']);
  });
});

describe('settleEvent for the outcome that is in force', () => {
  it('changes nothing, and tells how far the settlement has come', async () => {
    const cloud = await withBets(26);
    await settle(cloud);
    await cloud.run(({ store }) => store.fences.markSwept({ eventId: EVENT, fence: 3 }, 1));

    const again = await settle(cloud);

    const bets = { total: 26, settled: 1, stakedMinor: 27_300n };
    expect(again).toEqual(report(26, { state: 'settling', bets }));
    expect(cloud.calls()).toEqual(['findEvents', 'findFences']);
    expect(cloud.told).toEqual([]);
  });
});

describe('settleEvent for another outcome', () => {
  it('is a correction: one version more, the history kept, every bet follows', async () => {
    const cloud = await withBets(2);
    await settle(cloud);

    const corrected = await settle(cloud, lose);

    const history = [
      { ...own, version: 1 },
      { id: 'decision-2', outcome: 'LOSE' as const, decidedAt: NOON, version: 2 },
    ];
    expect(corrected).toEqual(report(2, { outcome: 'LOSE', version: 2, history }));
    expect(cloud.all('bets')).toMatchObject([
      { betId: betIdOf(0), outcomeVersion: 2n, status: 'lost' },
      { betId: betIdOf(1), outcomeVersion: 2n, status: 'lost' },
    ]);
    expect(cloud.calls()).not.toContain('close');
    expect(cloud.told).toEqual([['settlementBegun'], ['betsSettled', 2], ['settlementFinished']]);
  });

  it('takes the hundredth version and refuses one more', async () => {
    const cloud = calmCloud();
    for (let round = 1; round <= 50; round += 1) {
      await settle(cloud, win);
      await settle(cloud, lose);
    }

    await expect(settle(cloud, win)).rejects.toMatchObject({
      code: 'correction-limit',
      message: `Event ${EVENT} has had 100 results.`,
    });
    expect(cloud.all('events')).toMatchObject([{ version: 100n, outcome: 'LOSE' }]);
  });
});

describe('settleEvent under a version that is asked for', () => {
  it.each([
    ['version 0 of an event without a result', false, [0]],
    ['the version in force', true, [1]],
    ['one of several versions', true, [7, 1]],
    ['any version of an event with a result', true, 'any' as const],
  ])('takes %s', async (_case, hasResult, ifVersion) => {
    const cloud = hasResult ? await decided() : calmCloud();

    const settled = await settle(cloud, { ...win, ifVersion });

    expect(settled).toMatchObject({ outcome: 'WIN', version: hasResult ? 2 : 1 });
  });

  it.each([
    ['version 1 of an event without a result', win, false, [1], 0],
    ['any version of an event without a result', win, false, 'any' as const, 0],
    ['an earlier version', win, true, [0], 1],
    ['a later version', win, true, [2], 1],
    ['no version at all', win, true, [], 1],
    ['another version for the outcome in force', lose, true, [2], 1],
  ])('refuses %s and changes nothing', async (_case, request, hasResult, ifVersion, version) => {
    const cloud = hasResult ? await decided() : calmCloud();

    await expect(settle(cloud, { ...request, ifVersion })).rejects.toMatchObject({
      code: 'version-mismatch',
      message: `Event ${EVENT} is at version ${version}.`,
    });
    expect(cloud.calls()).toEqual(['findEvents']);
  });
});
