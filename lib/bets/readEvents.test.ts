import { type CalmCloud, calmCloud, type Fate, prompt } from '../../tests/support/calmCloud.ts';
import { NOON, placedBet } from '../../tests/support/samples.ts';
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

/** An event with one bet of 10.50 that takes bets at so many minutes after noon. */
async function addOpen(cloud: CalmCloud, eventId: string, minute: number): Promise<void> {
  await cloud.add(placedBet(cloud.all('bets').length, { eventId }));
  await cloud.run(({ store }) => store.events.noteActivity(eventId, NOON + minute * MINUTE_MS));
}

/** Its result comes in force, and all its bets follow, at so many minutes after noon. */
async function settle(cloud: CalmCloud, eventId: string, minute: number): Promise<void> {
  await cloud.decide(eventId, { decidedAt: NOON + minute * MINUTE_MS });
  await cloud.run(({ store }) => store.events.finishSettlement(eventId, 1));
}

/** An event that is settled where the index still has it among those that are open. */
async function addChanging(cloud: CalmCloud): Promise<void> {
  await addOpen(cloud, 'a', 0);
  cloud.indexLagMs = 10;
  await settle(cloud, 'a', 1);
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

  it('shows the events of all states by their newest activity, each as it is now', async () => {
    const cloud = calmCloud();
    await addOpen(cloud, 'quiet', 1);
    await addOpen(cloud, 'over', 0);
    await settle(cloud, 'over', 2);
    await addOpen(cloud, 'busy', 4);
    await addOpen(cloud, 'going', 0);
    await cloud.decide('going', { decidedAt: NOON + 3 * MINUTE_MS });

    const page = await list(cloud, { limit: 10 });

    expect(page).toEqual({
      events: [
        { ...open, eventId: 'busy' },
        decided('going', 'settling', 3),
        decided('over', 'settled', 2, 1),
        { ...open, eventId: 'quiet' },
      ],
    });
  });

  it('walks over the pages, each of which begins below the one before', async () => {
    const cloud = calmCloud();
    await addOpen(cloud, 'a', 0);
    await addOpen(cloud, 'b', 0);
    await settle(cloud, 'b', 1);
    await addOpen(cloud, 'c', 2);
    await addOpen(cloud, 'd', 0);
    await settle(cloud, 'd', 3);

    const first = await list(cloud, { limit: 2 });
    const second = await list(cloud, { limit: 2, before: first.next });

    expect([idsOf(first), idsOf(second)].join(' ')).toBe('d,c b,a');
    expect(first.next).toBe('2026-11-22T12:02:00.000Z c');
    // It ends with a page that is just full.
    expect(second).not.toHaveProperty('next');
  });

  it('reads on in a state that holds most of the page, below the cursor', async () => {
    const cloud = calmCloud();
    const ids = Array.from({ length: 30 }, (_, minute) => `event-${minute + 10}`);
    for (const [minute, id] of ids.entries()) await addOpen(cloud, id, minute);

    const page = await list(cloud, { limit: 25, before: '2026-11-22T12:28:00.000Z event-38' });

    expect(idsOf(page)).toEqual(ids.slice(3, 28).toReversed());
  });

  it('shows only the events in the state that is asked for', async () => {
    const cloud = calmCloud();
    await addOpen(cloud, 'a', 1);
    await addOpen(cloud, 'b', 0);
    await settle(cloud, 'b', 2);

    const page = await list(cloud, { limit: 10, state: 'settled' });

    expect(idsOf(page)).toEqual(['b']);
    // One more than is shown tells whether there is a next page.
    expect(cloud.sent('listed')).toMatchObject([{ input: { Limit: 11 } }]);
  });

  it('leaves out an event that has left the state where the index still has it', async () => {
    const cloud = calmCloud();
    await addChanging(cloud);

    expect(await list(cloud, { limit: 10, state: 'open' })).toEqual({ events: [] });
  });

  it('shows an event once that is met in two states while it changes', async () => {
    const cloud = calmCloud();
    await addChanging(cloud);
    const late: Fate = (carryOut) => cloud.run(({ sleep }) => sleep(20)).then(carryOut);
    cloud.meet('listed', prompt, late, late);

    const page = await list(cloud, { limit: 10 });

    expect(page).toEqual({ events: [decided('a', 'settled', 1, 1)] });
  });

  it('leaves out an event whose first bet was not placed in the end', async () => {
    const cloud = calmCloud();
    await cloud.run(({ store }) => store.events.noteActivity('never', NOON));

    expect(idsOf(await list(cloud, { limit: 10 }))).toEqual([]);
  });
});

describe('getEvent', () => {
  it('shows an event as open, with its bets and stakes, although an intent is noted', async () => {
    const cloud = calmCloud();
    await cloud.add(placedBet(1, { eventId: 'e', fence: 1 }), placedBet(2, { eventId: 'e' }));
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
    await cloud.run(({ store }) => store.fences.close('e', NOON));

    await expect(get(cloud)).rejects.toMatchObject({
      code: 'event-not-found',
      message: 'Nothing is known of event e.',
    });
  });
});
