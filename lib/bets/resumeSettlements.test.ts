import { away, type CalmCloud, calmCloud, failing } from '../../tests/support/calmCloud.ts';
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

function resume(cloud: CalmCloud, withinMs?: number): Promise<ResumeReport> {
  return cloud.run(resumeSettlements, withinMs);
}

describe('resumeSettlements', () => {
  it('finds nothing to do', async () => {
    const cloud = calmCloud();

    expect(await resume(cloud)).toEqual({ found: 0, finished: [] });
    expect(cloud.told).toEqual([['unfinishedFound', 0, 0]]);
  });

  it('carries on every settlement, and tells for how long the oldest has waited', async () => {
    const cloud = calmCloud();
    await addSettling(cloud, 'a');
    await addSettling(cloud, 'b');
    await noteIntent(cloud, 'c');

    const report = await resume(cloud);

    expect(report).toEqual({ found: 3, finished: ['a', 'b'] });
    expect(cloud.all('bets')).toMatchObject([{ outcomeVersion: 1n }, { outcomeVersion: 1n }]);
    expect(cloud.all('events').map(({ state }) => state)).toEqual(Array(3).fill('settled'));
    expect(cloud.told).toEqual([
      ['unfinishedFound', 3, 5_000],
      ['betsSettled', 1],
      ['settlementFinished'],
      ['betsSettled', 1],
      ['settlementFinished'],
      // Without bets, the third is settled as soon as its result is in force.
      ['settlementBegun'],
      ['settlementFinished'],
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

    expect(report).toEqual({ found: 1, finished: ['sr:match:42'] });
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

    expect(await resume(cloud)).toEqual({ found: 1, finished: [] });
    expect(cloud.all('events')).toMatchObject([{ outcome: 'LOSE', version: 1n }]);
  });

  it('passes by what the index still shows and is settled', async () => {
    const cloud = calmCloud();
    await addSettling(cloud, 'a');
    cloud.indexLagMs = 10;
    await cloud.run(({ store }) => store.events.finishSettlement('a', 1));

    expect(await resume(cloud)).toEqual({ found: 1, finished: [] });
    expect(cloud.calls()).toEqual(['unfinished', 'findEvents']);
  });

  it('passes by what the index shows and is not there', async () => {
    const cloud = calmCloud();
    await noteIntent(cloud, 'a');
    cloud.meet('findEvents', async () => ({}));

    expect(await resume(cloud)).toEqual({ found: 0, finished: [] });
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

    expect(await resume(cloud)).toEqual({ found: 1, finished: ['a'] });
  });

  it.each([
    ['goes on with the next event past one that cannot be finished now', 60_000, ['b']],
    ['takes up no further event once its time is over', 60, []],
  ])('%s', async (_case, withinMs, finished) => {
    const cloud = calmCloud();
    await addSettling(cloud, 'a', 10_000);
    await addSettling(cloud, 'b');
    await noteIntent(cloud, 'c');

    expect(await resume(cloud, withinMs)).toEqual({ found: 3, finished });
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
    expect(cloud.all('events')).toMatchObject([
      { eventId: 'bad', intent: { id: 'decision-9' } },
      { eventId: 'good', state: 'settled' },
    ]);
  });

  it('takes up at most 100 events in one run', async () => {
    const cloud = calmCloud();
    for (let number = 0; number < 101; number += 1) await noteIntent(cloud, `event-${number}`);

    expect(await resume(cloud)).toEqual({ found: 100, finished: [] });
    expect(await resume(cloud)).toEqual({ found: 1, finished: [] });
  });

  it('passes on that the store is away', async () => {
    const cloud = calmCloud();
    cloud.meet('unfinished', away);

    await expect(resume(cloud)).rejects.toHaveProperty('code', 'unavailable');
  });
});
