import { calm, createFakes, type FakeStore, NOON, placedBet } from '../../tests/support/fakes.ts';
import { activityOf, type EventReport, type EventState } from './event.ts';
import { listEvents } from './listEvents.ts';

const MINUTE_MS = 60_000;

/** An event with one bet of 10.50 whose newest activity was so many minutes after noon. */
async function addEvent(
  store: FakeStore,
  eventId: string,
  state: EventState,
  minute: number,
): Promise<void> {
  const at = NOON + minute * MINUTE_MS;
  store.add(placedBet(store.bets.size + 1, { eventId }));
  await store.noteActivity(eventId, at);
  if (state === 'open') return;
  const decision = { id: `decision-${eventId}`, outcome: 'WIN' as const, decidedAt: at };
  await store.putInForce(eventId, decision, { version: 0, bets: 1, stakedMinor: 1050n });
  if (state === 'settled') await store.finishSettlement(eventId, 1);
}

const idsOf = (events: readonly EventReport[]): string[] => events.map(({ eventId }) => eventId);

describe('listEvents', () => {
  it('is empty before the first bet', async () => {
    const { deps } = createFakes();

    expect(await listEvents(deps, { limit: 10 }, calm)).toEqual({ events: [] });
  });

  it('shows the events of all states by their newest activity, each as it is alone', async () => {
    const { deps, store } = createFakes();
    await addEvent(store, 'quiet', 'open', 1);
    await addEvent(store, 'over', 'settled', 2);
    await addEvent(store, 'busy', 'open', 4);
    await addEvent(store, 'going', 'settling', 3);

    const { events } = await listEvents(deps, { limit: 10 }, calm);

    const verdict = (eventId: string, minute: number): object => ({
      id: `decision-${eventId}`,
      outcome: 'WIN',
      decidedAt: NOON + minute * MINUTE_MS,
      version: 1,
    });
    const bets = { total: 1, settled: 0, stakedMinor: 1050n };
    const open = { outcome: null, version: 0, state: 'open', bets, history: [] };
    const decided = { outcome: 'WIN', version: 1 };
    expect(events).toEqual([
      { ...open, eventId: 'busy' },
      { ...decided, eventId: 'going', state: 'settling', bets, history: [verdict('going', 3)] },
      {
        ...decided,
        eventId: 'over',
        state: 'settled',
        bets: { ...bets, settled: 1 },
        history: [verdict('over', 2)],
      },
      { ...open, eventId: 'quiet' },
    ]);
  });

  it('walks over the pages, each of which begins below the one before', async () => {
    const { deps, store } = createFakes();
    for (const [minute, id] of ['a', 'b', 'c', 'd', 'e'].entries())
      await addEvent(store, id, minute % 2 === 0 ? 'open' : 'settled', minute);

    const first = await listEvents(deps, { limit: 2 }, calm);
    const second = await listEvents(deps, { limit: 2, before: first.next }, calm);
    const third = await listEvents(deps, { limit: 2, before: second.next }, calm);

    expect([first, second, third].map(({ events }) => idsOf(events))).toEqual([
      ['e', 'd'],
      ['c', 'b'],
      ['a'],
    ]);
    expect([first.next, second.next, third.next]).toEqual([
      activityOf('d', NOON + 3 * MINUTE_MS),
      activityOf('b', NOON + MINUTE_MS),
      undefined,
    ]);
  });

  it('ends with a page that is just full', async () => {
    const { deps, store } = createFakes();
    await addEvent(store, 'a', 'open', 1);
    await addEvent(store, 'b', 'open', 2);

    expect(await listEvents(deps, { limit: 2 }, calm)).not.toHaveProperty('next');
  });

  it('shows only the events in the state that is asked for, by what they are themselves', async () => {
    const { deps, store } = createFakes();
    await addEvent(store, 'a', 'open', 1);
    await addEvent(store, 'b', 'settled', 2);
    await addEvent(store, 'c', 'settled', 3);
    const listed = { eventId: 'c', activity: activityOf('c', NOON) };
    const before = jest.spyOn(store, 'listedEvents');

    const settled = await listEvents(deps, { limit: 10, state: 'settled' }, calm);
    // The index still has c among the open events.
    before.mockResolvedValue({ items: [listed], end: true });
    const open = await listEvents(deps, { limit: 10, state: 'open' }, calm);

    expect(idsOf(settled.events)).toEqual(['c', 'b']);
    expect(open).toEqual({ events: [] });
  });

  it('shows an event once that is twice in the index while it changes its state', async () => {
    const { deps, store } = createFakes();
    await addEvent(store, 'a', 'settled', 2);
    const original = store.listedEvents.bind(store);
    jest.spyOn(store, 'listedEvents').mockImplementation(async (state, before, limit) => {
      if (state !== 'open') return original(state, before, limit);
      return { items: [{ eventId: 'a', activity: activityOf('a', NOON) }], end: true };
    });

    const { events } = await listEvents(deps, { limit: 10 }, calm);

    expect(idsOf(events)).toEqual(['a']);
  });

  it('leaves out an event whose first bet was not placed in the end', async () => {
    const { deps, store } = createFakes();
    await store.noteActivity('never', NOON);
    await addEvent(store, 'a', 'open', 1);

    expect(idsOf((await listEvents(deps, { limit: 10 }, calm)).events)).toEqual(['a']);
  });
});
