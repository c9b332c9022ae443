import { type CalmCloud, calmCloud, conflict } from '../../tests/support/calmCloud.ts';
import { NOON, placedBet } from '../../tests/support/samples.ts';
import { shardOfEvent } from '../dynamodb/items.ts';
import type { EventReport, EventState } from './event.ts';
import { type EventPage, getEvent, listEvents, type ListEventsRequest } from './readEvents.ts';

const MINUTE_MS = 60_000;
const bets = { total: 1, settled: 0, stakedMinor: 1050n };
const open = { outcome: null, version: 0, state: 'open', bets, history: [] };

/** An event under a result of so many minutes after noon. */
function decided(eventId: string, state: EventState, minute: number, settled = 0): object {
  const verdict = { id: 'others', outcome: 'LOSE', decidedAt: NOON + minute * MINUTE_MS };
  const history = [{ ...verdict, version: 1 }];
  return { eventId, outcome: 'LOSE', version: 1, state, bets: { ...bets, settled }, history };
}

/** An event with one bet of 10.50 that was first known at so many minutes after noon. */
async function addOpen(cloud: CalmCloud, eventId: string, minute: number): Promise<void> {
  await enlist(cloud, eventId, minute);
  await cloud.add(placedBet(cloud.all('bets').length, { eventId }));
}

async function enlist(cloud: CalmCloud, eventId: string, minute: number): Promise<void> {
  await cloud.run(({ store }) => store.events.enlist(eventId, NOON + minute * MINUTE_MS));
}

/** Its result comes in force, and all its bets follow, at so many minutes after noon. */
async function settle(cloud: CalmCloud, eventId: string, minute: number): Promise<void> {
  await cloud.decide(eventId, { decidedAt: NOON + minute * MINUTE_MS });
  await cloud.run(({ store }) => store.events.finishSettlement(eventId, 1));
}

function list(cloud: CalmCloud, request: ListEventsRequest): Promise<EventPage> {
  return cloud.run((context) => listEvents(context, request));
}

function get(cloud: CalmCloud): Promise<EventReport> {
  return cloud.run((context) => getEvent(context, 'e'));
}

const idsOf = ({ events }: EventPage): string[] => events.map(({ eventId }) => eventId);

describe('listEvents', () => {
  it('is empty, and reads no events, before the first bet', async () => {
    const cloud = calmCloud();

    expect(await list(cloud, { limit: 10 })).toEqual({ events: [] });
    expect(cloud.calls()).not.toContain('findEvents');
  });

  it('shows the events of all states as they are now, the one known last first', async () => {
    const cloud = calmCloud();
    await addOpen(cloud, 'over', 0);
    await addOpen(cloud, 'quiet', 1);
    await addOpen(cloud, 'going', 3);
    await addOpen(cloud, 'busy', 4);
    await settle(cloud, 'over', 5);
    await cloud.decide('going', { decidedAt: NOON + 6 * MINUTE_MS });

    const page = await list(cloud, { limit: 10 });

    expect(page).toEqual({
      events: [
        { ...open, eventId: 'busy' },
        decided('going', 'settling', 6),
        { ...open, eventId: 'quiet' },
        decided('over', 'settled', 5, 1),
      ],
    });
  });

  it('shows a walk each event once, whatever becomes of them meanwhile', async () => {
    const cloud = calmCloud();
    for (const [minute, id] of ['a', 'b', 'c', 'd'].entries()) await addOpen(cloud, id, minute);

    const first = await list(cloud, { limit: 2 });
    await settle(cloud, 'a', 4);
    await cloud.add(placedBet(9, { eventId: 'c' }));
    await addOpen(cloud, 'e', 5);
    const second = await list(cloud, { limit: 2, before: first.next });

    expect([idsOf(first), idsOf(second)].join(' ')).toBe('d,c b,a');
    expect(first.next).toBe('2026-11-22T12:02:00.000Z c');
    // It ends with a page that is just full.
    expect(second).not.toHaveProperty('next');
  });

  it('reads on in a shard that holds most of the page, below the cursor', async () => {
    const cloud = calmCloud();
    const named = Array.from({ length: 600 }, (_, number) => `event-${number + 100}`);
    const ids = named.filter((eventId) => shardOfEvent(eventId) === '7').slice(0, 30);
    for (const [minute, id] of ids.entries()) await addOpen(cloud, id, minute);

    const before = `2026-11-22T12:28:00.000Z ${ids[28]}`;
    const page = await list(cloud, { limit: 25, before });

    expect(idsOf(page)).toEqual(ids.slice(3, 28).toReversed());
  });

  it.each([
    ['open', 'listedBy', 'b'],
    ['settling', 'unfinished', 'd,c'],
    ['settled', 'listedBy', 'f,e'],
  ] as const)('shows only the events that are %s', async (state, call, expected) => {
    const cloud = calmCloud();
    for (const [minute, id] of ['b', 'c', 'd', 'e', 'f'].entries())
      await addOpen(cloud, id, minute);
    for (const id of ['c', 'd']) await cloud.decide(id);
    for (const id of ['e', 'f']) await settle(cloud, id, 9);

    const page = await list(cloud, { limit: 10, state });

    expect(idsOf(page).join(',')).toBe(expected);
    expect(cloud.calls()[0]).toBe(call);
  });

  it('leaves out an event that has left the state where the index still has it', async () => {
    const cloud = calmCloud();
    await addOpen(cloud, 'a', 0);
    cloud.indexLagMs = 10;
    await settle(cloud, 'a', 1);

    expect(await list(cloud, { limit: 10, state: 'open' })).toEqual({ events: [] });
  });

  it('shows no intent among the settlements that go on', async () => {
    const cloud = calmCloud();
    await addOpen(cloud, 'a', 0);
    const intent = { id: 'decision-1', outcome: 'WIN', decidedAt: NOON } as const;
    await cloud.run(({ store }) => store.events.noteIntent('a', intent));

    expect(await list(cloud, { limit: 10, state: 'settling' })).toEqual({ events: [] });
  });

  it('shows an event once that two have listed, at its true place', async () => {
    const cloud = calmCloud();
    await addOpen(cloud, 'a', 1);
    await addOpen(cloud, 'b', 2);
    await enlist(cloud, 'a', 0);
    await enlist(cloud, 'a', 3);

    const page = await list(cloud, { limit: 10 });
    const first = await list(cloud, { limit: 2 });
    const second = await list(cloud, { limit: 2, before: first.next });

    expect(cloud.all('eventList')).toHaveLength(4);
    expect(idsOf(page)).toEqual(['b', 'a']);
    expect([idsOf(first), idsOf(second)]).toEqual([['b'], ['a']]);
  });

  it('leaves out an event whose first bet was not placed in the end', async () => {
    const cloud = calmCloud();
    await cloud.admit('never');

    expect(idsOf(await list(cloud, { limit: 10 }))).toEqual([]);
    const reading = ['listed', 'findEvents', 'findFences', 'findFencesAtRest'];
    expect([...new Set(cloud.calls())]).toEqual(reading);
  });

  it('shows an event whose first bet is seen before its count, once that is seen too', async () => {
    const cloud = calmCloud();
    await cloud.admit('never');
    await cloud.admit('a');
    cloud.meet('findFencesAtRest', conflict, conflict, async () => {
      await cloud.add(placedBet(1, { eventId: 'a' }));
      return conflict(async () => ({}));
    });

    const page = await list(cloud, { limit: 10 });

    expect(page).toEqual({ events: [{ ...open, eventId: 'a' }] });
    // The last time it looks at the one event that still seems to have no bet.
    const sizes = cloud.sent('findFencesAtRest').map(({ input }) => input.TransactItems?.length);
    expect(sizes).toEqual([2, 2, 2, 1]);
  });

  it('does not wait for a crowd to rest', async () => {
    const cloud = calmCloud();
    await cloud.admit('a');
    cloud.meet('findFencesAtRest', async () => {
      await cloud.add(placedBet(1, { eventId: 'a' }));
      return conflict(async () => ({}));
    });

    expect(idsOf(await list(cloud, { limit: 10 }))).toEqual(['a']);
    expect(cloud.sent('findFencesAtRest')).toHaveLength(1);
  });

  it('is unavailable when a first bet stays under way', async () => {
    const cloud = calmCloud();
    await cloud.admit('a');
    cloud.meet('findFencesAtRest', ...Array.from({ length: 10 }, () => conflict));

    await expect(list(cloud, { limit: 10 })).rejects.toMatchObject({
      code: 'unavailable',
      message: 'The first bet on event a stays under way; try again.',
    });
    expect(cloud.sent('findFencesAtRest')).toHaveLength(10);
    expect(cloud.tookMs()).toBe(1_310);
  });
});

describe('getEvent', () => {
  it('shows an event as open, with its bets and stakes, although an intent is noted', async () => {
    const cloud = calmCloud();
    await cloud.addBehind(1, placedBet(1, { eventId: 'e' }));
    await cloud.add(placedBet(2, { eventId: 'e' }));
    const intent = { id: 'decision-1', outcome: 'WIN', decidedAt: NOON } as const;
    await cloud.run(({ store }) => store.events.noteIntent('e', intent));

    const placed = { total: 2, settled: 0, stakedMinor: 2100n };
    expect(await get(cloud)).toEqual({ ...open, eventId: 'e', bets: placed });
  });

  it('shows how far a settlement has come that goes on', async () => {
    const cloud = calmCloud();
    await addOpen(cloud, 'e', 0);
    await cloud.decide('e', { decidedAt: NOON + 1 * MINUTE_MS });
    await cloud.run(({ store }) => store.fences.markSwept({ eventId: 'e', fence: 0 }, 1));

    expect(await get(cloud)).toEqual(decided('e', 'settling', 1, 1));
  });

  it('reads no fences of an event that is settled', async () => {
    const cloud = calmCloud();
    await addOpen(cloud, 'e', 0);
    await settle(cloud, 'e', 1);

    expect(await get(cloud)).toEqual(decided('e', 'settled', 1, 1));
    expect(cloud.calls()).toEqual(['findEvents']);
  });

  it('does not find an event without bets and without a result', async () => {
    const cloud = calmCloud();
    await cloud.admit('e');

    await expect(get(cloud)).rejects.toMatchObject({
      code: 'event-not-found',
      message: 'Nothing is known of event e.',
    });
  });
});
