import {
  away,
  type CalmCloud,
  calmCloud,
  failing,
  type Fate,
} from '../../tests/support/calmCloud.ts';
import { NOON, NOON_TEXT, placedBet } from '../../tests/support/samples.ts';
import type { Decision } from './event.ts';
import { type ResumeReport, resumeSettlements } from './resumeSettlements.ts';

const decision: Decision = { id: 'decision-9', outcome: 'WIN', decidedAt: NOON - 5_000 };

/** A bet on an event, and a settlement of it that has not reached the bet yet. */
async function addSettling(cloud: CalmCloud, eventId: string, indexLagMs = 0): Promise<void> {
  cloud.indexLagMs = indexLagMs;
  await cloud.add(placedBet(cloud.all('bets').length, { eventId }));
  cloud.indexLagMs = 0;
  await cloud.decide(eventId, decision);
}

/** A first result of an event that was noted and not put in force. */
async function noteIntent(cloud: CalmCloud, eventId: string, decidedAt = NOON): Promise<void> {
  await cloud.admit(eventId);
  await cloud.run(({ store }) => store.events.noteIntent(eventId, { ...decision, decidedAt }));
}

const MINUTE_MS = 60_000;

/** Nothing is answered in time. */
const slow: Fate = () => new Promise(() => {});

function resume(cloud: CalmCloud, withinMs?: number): Promise<ResumeReport> {
  return cloud.run(resumeSettlements, withinMs);
}

describe('resumeSettlements', () => {
  it('finds nothing to do', async () => {
    const cloud = calmCloud();

    expect(await resume(cloud)).toEqual({ found: 0, finished: [], torn: [] });
    expect(cloud.told).toEqual([
      ['unfinishedFound', 0, 0],
      ['runEnded', 0, 0],
    ]);
  });

  it('carries on every settlement, and tells for how long the oldest has waited', async () => {
    const cloud = calmCloud();
    await addSettling(cloud, 'a');
    await addSettling(cloud, 'b');
    await noteIntent(cloud, 'c');

    const report = await resume(cloud);

    expect(report).toEqual({ found: 3, finished: ['a', 'b'], torn: [] });
    expect(cloud.all('bets')).toMatchObject([{ outcomeVersion: 1n }, { outcomeVersion: 1n }]);
    expect(cloud.all('events').map(({ state }) => state)).toEqual(Array(3).fill('settled'));
    expect(cloud.told).toEqual([
      ['unfinishedFound', 3, 5_000],
      // Without bets, the third is settled as soon as its result is in force.
      ['settlementBegun', 'c', expect.objectContaining({ id: decision.id, version: 1 })],
      ['settlementFinished'],
      ['betsSettled', 1],
      ['betsSettled', 1],
      ['settlementFinished'],
      ['settlementFinished'],
      ['runEnded', 0, 0],
    ]);
  });

  it('knows no settlement that waits since the future', async () => {
    const cloud = calmCloud();
    await noteIntent(cloud, 'a', NOON + 1);

    await resume(cloud);

    expect(cloud.told[0]).toEqual(['unfinishedFound', 1, 0]);
  });

  it('closes the fences, counts and puts an intent in force as it was noted', async () => {
    const cloud = calmCloud();
    await cloud.addBehind(3, placedBet(1));
    await cloud.add(placedBet(2));
    await noteIntent(cloud, 'sr:match:42', NOON - 5);

    const report = await resume(cloud);

    expect(report).toEqual({ found: 1, finished: ['sr:match:42'], torn: [] });
    const verdict = { outcome: 'WIN', decidedAt: '2026-11-22T11:59:59.995Z', version: 1n };
    const settlement = { ...verdict, state: 'settled', bets: 2n, stakedMinor: 2100n };
    expect(cloud.all('events')).toMatchObject([
      { ...settlement, history: [{ ...verdict, id: 'decision-9' }] },
    ]);
    expect(cloud.all('fences').map(({ closedAt }) => closedAt)).toEqual(Array(4).fill(NOON_TEXT));
  });

  it('passes by an event whose intent loses to another result', async () => {
    const cloud = calmCloud();
    await noteIntent(cloud, 'a');
    cloud.meet('putInForce', (carryOut) => cloud.decide('a').then(carryOut));

    expect(await resume(cloud)).toEqual({ found: 1, finished: [], torn: [] });
    expect(cloud.all('events')).toMatchObject([{ outcome: 'LOSE', version: 1n }]);
  });

  it('passes by what the index still shows and is settled', async () => {
    const cloud = calmCloud();
    await addSettling(cloud, 'a');
    cloud.indexLagMs = 10;
    await cloud.run(({ store }) => store.events.finishSettlement('a', 1));

    expect(await resume(cloud)).toEqual({ found: 1, finished: [], torn: [] });
    expect(cloud.calls()).toEqual(['unfinished', 'findEvents']);
  });

  it('passes by what the index shows and is not there', async () => {
    const cloud = calmCloud();
    await noteIntent(cloud, 'a');
    cloud.meet('findEvents', async () => ({}));

    expect(await resume(cloud)).toEqual({ found: 0, finished: [], torn: [] });
  });

  it('follows the result in force although an intent was left on the event', async () => {
    const cloud = calmCloud();
    await addSettling(cloud, 'a');
    cloud.meet('findEvents', async (carryOut) => {
      const { Responses } = await carryOut();
      const intent = { id: 'late', outcome: 'LOSE', decidedAt: NOON_TEXT };
      const [item] = Object(Responses)['calm-events'];
      return { Responses: { 'calm-events': [{ ...item, intent }] } };
    });

    expect(await resume(cloud)).toEqual({ found: 1, finished: ['a'], torn: [] });
  });

  it('finishes an event beside one that cannot be finished now', async () => {
    const cloud = calmCloud();
    await addSettling(cloud, 'a', 10_000);
    await addSettling(cloud, 'b');
    await noteIntent(cloud, 'c');

    expect(await resume(cloud)).toEqual({ found: 3, finished: ['b'], torn: [] });
  });

  it('sweeps four events side by side, those with few bets before those with many', async () => {
    const cloud = calmCloud({ latencyMs: 1 });
    for (const [eventId, count] of Object.entries({ z: 3, a: 2, c: 1, d: 1, b: 1 })) {
      const bets = Array.from({ length: count }, (_, number) =>
        placedBet(cloud.all('bets').length + number, { eventId }),
      );
      await cloud.add(...bets);
      await cloud.decide(eventId, decision);
    }

    const { finished } = await resume(cloud);

    expect(finished.slice(0, 3).toSorted()).toEqual(['b', 'c', 'd']);
    expect(finished.slice(3)).toEqual(['a', 'z']);
    const [at] = cloud.sent('oldestIds').map(({ atMs }) => atMs);
    expect(cloud.sent('oldestIds').filter(({ atMs }) => atMs === at)).toHaveLength(4);
  });

  it('takes up no further event once its time is over', async () => {
    const cloud = calmCloud({ latencyMs: 1 });
    for (let number = 0; number < 5; number += 1) await addSettling(cloud, `event-${number}`);

    const { finished } = await resume(cloud, 4);

    expect(finished).toEqual([]);
    expect(cloud.sent('findFences')).toHaveLength(4);
    expect(cloud.told.filter(([fact]) => fact === 'sweepUnfinished')).toHaveLength(4);
  });

  it('goes on with the next event past one that fails, and tells of it at the end', async () => {
    const cloud = calmCloud();
    const bug = new Error('an item that cannot be read');
    await noteIntent(cloud, 'bad');
    await noteIntent(cloud, 'good');
    cloud.meet('close', failing(bug));

    await expect(resume(cloud)).rejects.toMatchObject({
      name: 'AggregateError',
      message: 'Some settlements cannot go on',
      errors: [bug],
    });
    const told = {
      eventId: 'bad',
      version: 0,
      bets: 0,
      settled: 0,
      stored: 0,
      end: 'failed',
      cause: bug,
    };
    expect(cloud.told).toContainEqual(['sweepUnfinished', told]);
    expect(cloud.all('events')).toMatchObject([
      { eventId: 'bad', intent: { id: 'decision-9' } },
      { eventId: 'good', state: 'settled' },
    ]);
  });

  it('takes up at most 1000 events in one run, read in pages of 100', async () => {
    const cloud = calmCloud();
    for (let number = 0; number < 1001; number += 1) await noteIntent(cloud, `event-${number}`);

    expect(await resume(cloud)).toEqual({ found: 1000, finished: [], torn: [] });
    expect(cloud.sent('unfinished')).toHaveLength(10);
    expect(await resume(cloud)).toEqual({ found: 1, finished: [], torn: [] });
  });

  it.each([
    ['the store is away', away, 'store-failed'],
    ['the time is over', slow, 'out-of-time'],
  ])('tells of a first result that cannot be put in force, as %s', async (_case, fate, end) => {
    const cloud = calmCloud();
    await noteIntent(cloud, 'a');
    cloud.meet('putInForce', fate);

    const report = await resume(cloud, 1_000);

    expect(report).toEqual({ found: 1, finished: [], torn: [] });
    const cause = expect.objectContaining({ code: 'unavailable' });
    const told = { eventId: 'a', version: 0, bets: 0, settled: 0, stored: 0, end, cause };
    expect(cloud.told).toContainEqual(['sweepUnfinished', told]);
  });

  it('passes on that the store is away', async () => {
    const cloud = calmCloud();
    cloud.meet('unfinished', away);

    await expect(resume(cloud)).rejects.toHaveProperty('code', 'unavailable');
  });
});

describe('a run in which nothing moves', () => {
  const runEnded = (cloud: CalmCloud) => cloud.told.filter(([fact]) => fact === 'runEnded');

  it('tells how many settlements go on when every batch fails', async () => {
    const cloud = calmCloud();
    for (const eventId of ['a', 'b']) await addSettling(cloud, eventId);
    cloud.meet('storeResult', away, away);

    await resume(cloud);

    expect(runEnded(cloud)).toEqual([['runEnded', 0, 2]]);
    // Nobody knows whether their counts match.
    expect(cloud.all('events').map((event) => event['asideSince'])).toEqual([undefined, undefined]);
    const ends = cloud.told.map(([fact, report]) => [fact, Object(report).end]);
    const unfinished = ['sweepUnfinished', 'store-failed'];
    expect(ends.filter(([fact]) => fact === 'sweepUnfinished')).toEqual([unfinished, unfinished]);
  });

  it('is none in which bets were stored, although their event is not finished', async () => {
    const cloud = calmCloud();
    const bets = Array.from({ length: 26 }, (_, number) => placedBet(number, { eventId: 'a' }));
    await cloud.add(...bets);
    await cloud.decide('a', decision);
    cloud.meet('storeResult', (carryOut) => carryOut(), away);

    const { finished } = await resume(cloud);

    expect(finished).toEqual([]);
    expect(runEnded(cloud)).toEqual([['runEnded', 0, 0]]);
  });

  it('is none in which a result was put in force, although another settlement failed', async () => {
    const cloud = calmCloud();
    await noteIntent(cloud, 'a');
    await addSettling(cloud, 'b');
    cloud.meet('storeResult', away);

    await resume(cloud);

    expect(runEnded(cloud)).toEqual([['runEnded', 0, 0]]);
  });

  it('is one that finds only what the index still shows', async () => {
    const cloud = calmCloud();
    await addSettling(cloud, 'a');
    cloud.indexLagMs = 10;
    await cloud.run(({ store }) => store.events.finishSettlement('a', 1));

    await resume(cloud);

    expect(runEnded(cloud)).toEqual([['runEnded', 0, 1]]);
  });
});

describe('an event of which the index shows fewer bets than were counted', () => {
  const told = (cloud: CalmCloud, fact: string) => cloud.told.filter(([name]) => name === fact);
  const asideSince = (cloud: CalmCloud): unknown => cloud.all('events')[0]?.['asideSince'];

  it('is set aside by the first run, and told as torn by the next one', async () => {
    const cloud = calmCloud();
    await addSettling(cloud, 'torn', 1_000_000);

    const first = await resume(cloud);
    const noted = asideSince(cloud);
    const toldFirst = [...told(cloud, 'settlementTorn'), ...told(cloud, 'runEnded')];
    const second = await resume(cloud);

    expect(first).toEqual({ found: 1, finished: [], torn: [] });
    expect(noted).toEqual(expect.stringMatching(/^2026-11-22T12:00:0/));
    expect(toldFirst).toEqual([['runEnded', 0, 1]]);
    expect(second).toEqual({ found: 1, finished: [], torn: ['torn'] });
    const report = {
      eventId: 'torn',
      version: 1,
      bets: 1,
      settled: 0,
      stored: 0,
      end: 'counts-differ',
    };
    expect(told(cloud, 'settlementTorn')).toEqual([['settlementTorn', report]]);
    expect(told(cloud, 'runEnded')).toEqual([['runEnded', 1, 0]]);
    // It is no settlement that goes on, and one walk over its bets is enough.
    expect(told(cloud, 'unfinishedFound')).toEqual([['unfinishedFound', 0, 0]]);
    expect(cloud.sent('oldestIds')).toHaveLength(1);
    expect(asideSince(cloud)).toBe(noted);
  });

  it('is finished once the index has caught up, and is not set aside any more', async () => {
    const cloud = calmCloud();
    await addSettling(cloud, 'late', 10_000);
    await resume(cloud);
    const noted = asideSince(cloud);
    await cloud.run((context) => context.sleep(10_000));

    const report = await resume(cloud);

    expect(noted).toBeDefined();
    expect(report).toEqual({ found: 1, finished: ['late'], torn: [] });
    expect(asideSince(cloud)).toBeUndefined();
    expect(told(cloud, 'runEnded')).toEqual([['runEnded', 0, 0]]);
  });

  it('begins anew with a correction', async () => {
    const cloud = calmCloud();
    await addSettling(cloud, 'torn', 1_000_000);
    await resume(cloud);

    await cloud.decide('torn', { ...decision, outcome: 'LOSE', version: 2 });

    expect(asideSince(cloud)).toBeUndefined();
  });

  it.each([
    [-1, true],
    [0, true],
    [1, true],
    [3, true],
    [5, true],
    [6, false],
    [7, false],
    [9, true],
    [10, false],
    [63, false],
    [64, true],
    [65, true],
    [66, false],
    [127, false],
    [128, true],
    [130, false],
    [193, true],
  ])('%d minutes later is tried again: %s', async (minutes, tried) => {
    const cloud = calmCloud();
    await addSettling(cloud, 'torn', 1_000_000_000);
    await cloud.run(({ store }) => store.events.setAside('torn', 1, NOON + MINUTE_MS));
    const waitMs = (minutes + 1) * MINUTE_MS;
    await cloud.run((context) => context.sleep(waitMs), waitMs + 1);

    const report = await resume(cloud);

    expect(report).toEqual({ found: 1, finished: [], torn: ['torn'] });
    expect(cloud.sent('oldestIds')).toHaveLength(tried ? 1 : 0);
  });

  it('is one of at most 20 that a run tries again, from a random one on', async () => {
    const cloud = calmCloud({ random: () => 0.5 });
    for (let number = 100; number < 121; number += 1) {
      await addSettling(cloud, `torn-${number}`, 1_000_000_000);
    }
    await resume(cloud);

    const { torn } = await resume(cloud);

    expect(torn).toHaveLength(21);
    const tried = cloud.sent('oldestIds').map(({ input: { ExpressionAttributeValues } }) => {
      return Object(ExpressionAttributeValues)[':fence'];
    });
    const fences = torn.map((eventId) => `${eventId}#0`);
    expect(tried).toEqual([...fences.slice(10), ...fences.slice(0, 9)]);
  });
});
