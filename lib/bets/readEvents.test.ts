import { type CalmCloud, calmCloud, type Fate, prompt } from '../../tests/support/calmCloud.ts';
import { NOON, placedBet } from '../../tests/support/samples.ts';
import { activityOf, type EventState } from './event.ts';
import { type EventPage, getEvent, listEvents, type ListEventsRequest } from './readEvents.ts';

const MINUTE_MS = 60_000;
const bets = { total: 1, settled: 0, stakedMinor: 1050n };
const open = { outcome: null, version: 0, state: 'open', bets, history: [] };

/** An event under a result of so many minutes after noon. */
function decided(eventId: string, state: EventState, minute: number): object {
  const decidedAt = NOON + minute * MINUTE_MS;
  return {
    eventId,
    outcome: 'WIN',
    version: 1,
    state,
    bets: { ...bets, settled: state === 'settled' ? 1 : 0 },
    history: [{ id: `decision-${eventId}`, outcome: 'WIN', decidedAt, version: 1 }],
  };
}

/** An event with one bet of 10.50 whose newest activity was so many minutes after noon. */
async function addEvent(
  cloud: CalmCloud,
  eventId: string,
  state: EventState,
  minute: number,
): Promise<void> {
  const at = NOON + minute * MINUTE_MS;
  await cloud.add(placedBet(cloud.all('bets').length, { eventId }));
  await cloud.run(async ({ store: { events } }) => {
    await events.noteActivity(eventId, at);
    if (state === 'open') return;
    const decision = { id: `decision-${eventId}`, outcome: 'WIN', decidedAt: at } as const;
    await events.putInForce(eventId, decision, { version: 0, bets: 1, stakedMinor: 1050n });
    if (state === 'settled') await events.finishSettlement(eventId, 1);
  });
}

function list(cloud: CalmCloud, request: ListEventsRequest): Promise<EventPage> {
  return cloud.run((context) => listEvents(context, request));
}

const idsOf = ({ events }: EventPage): string[] => events.map(({ eventId }) => eventId);

describe('listEvents', () => {
  it('is empty before the first bet', async () => {
    const cloud = calmCloud();

    expect(await list(cloud, { limit: 10 })).toEqual({ events: [] });
  });

  it('shows the events of all states by their newest activity, each as it is now', async () => {
    const cloud = calmCloud();
    await addEvent(cloud, 'quiet', 'open', 1);
    await addEvent(cloud, 'over', 'settled', 2);
    await addEvent(cloud, 'busy', 'open', 4);
    await addEvent(cloud, 'going', 'settling', 3);

    const page = await list(cloud, { limit: 10 });

    expect(page).toEqual({
      events: [
        { ...open, eventId: 'busy' },
        decided('going', 'settling', 3),
        decided('over', 'settled', 2),
        { ...open, eventId: 'quiet' },
      ],
    });
  });

  it('walks over the pages, each of which begins below the one before', async () => {
    const cloud = calmCloud();
    for (const [minute, id] of ['a', 'b', 'c', 'd'].entries())
      await addEvent(cloud, id, minute % 2 === 0 ? 'open' : 'settled', minute);

    const first = await list(cloud, { limit: 2 });
    const second = await list(cloud, { limit: 2, before: first.next });

    expect([idsOf(first), idsOf(second)]).toEqual([
      ['d', 'c'],
      ['b', 'a'],
    ]);
    expect(first.next).toBe(activityOf('c', NOON + 2 * MINUTE_MS));
    expect(second).not.toHaveProperty('next');
  });

  it('reads on in a state that holds most of the page, below the cursor', async () => {
    const cloud = calmCloud();
    await addEvent(cloud, 'over', 'settled', 0);
    const ids = Array.from({ length: 30 }, (_, index) => `event-${index + 10}`);
    for (const [index, id] of ids.entries()) await addEvent(cloud, id, 'open', index + 1);

    const before = activityOf('event-38', NOON + 29 * MINUTE_MS);
    const page = await list(cloud, { limit: 25, before });

    expect(idsOf(page)).toEqual(ids.slice(3, 28).toReversed());
  });

  it('shows only the events in the state that is asked for', async () => {
    const cloud = calmCloud();
    await addEvent(cloud, 'a', 'open', 1);
    await addEvent(cloud, 'b', 'settled', 2);
    await addEvent(cloud, 'c', 'settled', 3);

    const page = await list(cloud, { limit: 10, state: 'settled' });

    expect(idsOf(page)).toEqual(['c', 'b']);
    expect(cloud.sent('listed')).toHaveLength(1);
  });

  it('leaves out an event that has left the state where the index still has it', async () => {
    const cloud = calmCloud();
    await addEvent(cloud, 'a', 'open', 1);
    cloud.indexLagMs = 10;
    await addEvent(cloud, 'a', 'settled', 2);

    expect(await list(cloud, { limit: 10, state: 'open' })).toEqual({ events: [] });
  });

  it('shows an event once that is met in two states while it changes', async () => {
    const cloud = calmCloud();
    await addEvent(cloud, 'a', 'open', 1);
    cloud.indexLagMs = 10;
    await addEvent(cloud, 'a', 'settled', 2);
    const late: Fate = async (carryOut) => {
      await cloud.beside(({ sleep }) => sleep(20));
      return carryOut();
    };
    cloud.meet('listed', prompt, late, late);

    const page = await list(cloud, { limit: 10 });

    expect(page).toEqual({ events: [decided('a', 'settled', 2)] });
    expect(cloud.sent('findEvents')).toMatchObject([
      { input: { RequestItems: { 'calm-events': { Keys: [{ eventId: 'a' }] } } } },
    ]);
  });

  it('leaves out an event whose first bet was not placed in the end', async () => {
    const cloud = calmCloud();
    await cloud.run(({ store }) => store.events.noteActivity('never', NOON));
    await addEvent(cloud, 'a', 'open', 1);

    expect(idsOf(await list(cloud, { limit: 10 }))).toEqual(['a']);
  });
});

describe('getEvent', () => {
  it('shows an event without a result as open, with its bets and stakes', async () => {
    const cloud = calmCloud();
    await cloud.add(placedBet(1, { eventId: 'e', fence: 1 }), placedBet(2, { eventId: 'e' }));

    const event = await cloud.run((context) => getEvent(context, 'e'));

    const placed = { total: 2, settled: 0, stakedMinor: 2100n };
    expect(event).toEqual({ ...open, eventId: 'e', bets: placed });
  });

  it('ignores an intent', async () => {
    const cloud = calmCloud();
    await addEvent(cloud, 'e', 'open', 1);
    const intent = { id: 'decision-1', outcome: 'WIN', decidedAt: NOON } as const;
    await cloud.run(({ store }) => store.events.noteIntent('e', intent));

    const event = await cloud.run((context) => getEvent(context, 'e'));

    expect(event).toEqual({ ...open, eventId: 'e' });
  });

  it('shows how far a settlement has come that goes on', async () => {
    const cloud = calmCloud();
    await addEvent(cloud, 'e', 'settling', 1);
    await cloud.run(({ store }) => store.fences.markSwept({ eventId: 'e', fence: 0 }, 1));

    const event = await cloud.run((context) => getEvent(context, 'e'));

    expect(event).toEqual({ ...decided('e', 'settling', 1), bets: { ...bets, settled: 1 } });
  });

  it('reads no fences of an event that is settled', async () => {
    const cloud = calmCloud();
    await addEvent(cloud, 'e', 'settled', 1);

    const event = await cloud.run((context) => getEvent(context, 'e'));

    expect(event).toEqual(decided('e', 'settled', 1));
    expect(cloud.calls()).toEqual(['findEvents']);
  });

  it('does not find an event without bets and without a result', async () => {
    const cloud = calmCloud();
    await cloud.run(({ store }) => store.fences.close('e', NOON));

    const found = cloud.run((context) => getEvent(context, 'e'));

    const NOT_FOUND = { code: 'event-not-found', message: 'Nothing is known of event e.' };
    await expect(found).rejects.toMatchObject(NOT_FOUND);
  });
});
