import {
  betIdOf,
  calm,
  createFakes,
  type FakeStore,
  NOON,
  placedBet,
} from '../../tests/support/fakes.ts';
import { BetError } from './errors.ts';
import type { Decision } from './event.ts';
import { resumeSettlements } from './resumeSettlements.ts';

const decision: Decision = { id: 'decision-9', outcome: 'WIN', decidedAt: NOON - 5 };

/** A bet on each event, and a settlement of each that has not reached it yet. */
async function settling(store: FakeStore, ...eventIds: string[]): Promise<void> {
  for (const [number, eventId] of eventIds.entries()) {
    store.add(placedBet(number, { eventId }));
    await store.putInForce(eventId, decision, { version: 0, bets: 1, stakedMinor: 1050n });
  }
}

describe('resumeSettlements', () => {
  it('finds nothing to do', async () => {
    const { deps } = createFakes();

    expect(await resumeSettlements(deps, calm)).toEqual({ found: 0, finished: [] });
  });

  it('carries on every settlement that was begun', async () => {
    const { deps, store } = createFakes();
    await settling(store, 'a', 'b');

    const report = await resumeSettlements(deps, calm);

    expect(report).toEqual({ found: 2, finished: ['a', 'b'] });
    expect(store.storedVersions()).toEqual([1, 1]);
    expect([...store.events.values()].map((event) => event.settlement?.state)).toEqual([
      'settled',
      'settled',
    ]);
  });

  it('completes a first result that was noted and not put in force', async () => {
    const { deps, store } = createFakes();
    store.add(placedBet(1));
    await store.noteIntent('sr:match:42', decision);

    const report = await resumeSettlements(deps, calm);

    expect(report).toEqual({ found: 1, finished: ['sr:match:42'] });
    expect(store.events.get('sr:match:42')).toEqual({
      eventId: 'sr:match:42',
      settlement: {
        outcome: 'WIN',
        decidedAt: NOON - 5,
        version: 1,
        state: 'settled',
        bets: 1,
        stakedMinor: 1050n,
        history: [{ ...decision, version: 1 }],
      },
    });
    expect([...store.fences.values()].every((fence) => fence.closed)).toBe(true);
  });

  it('puts in force an intent on an event without bets, where nothing is left to sweep', async () => {
    const { deps, store } = createFakes();
    await store.noteIntent('sr:match:42', decision);

    const report = await resumeSettlements(deps, calm);

    expect(report).toEqual({ found: 1, finished: [] });
    expect(store.events.get('sr:match:42')?.settlement?.state).toBe('settled');
  });

  it('passes by an event whose intent lost to another result', async () => {
    const { deps, store } = createFakes();
    await store.noteIntent('sr:match:42', decision);
    jest.spyOn(store, 'putInForce').mockResolvedValue(undefined);

    expect(await resumeSettlements(deps, calm)).toEqual({ found: 1, finished: [] });
  });

  it('passes by what the index shows and is settled, or gone, by now', async () => {
    const { deps, store } = createFakes();
    await settling(store, 'a');
    await store.finishSettlement('a', 1);
    jest.spyOn(store, 'unfinishedEvents').mockResolvedValue([
      { eventId: 'a', since: NOON },
      { eventId: 'unknown', since: NOON },
    ]);
    const reading = jest.spyOn(store, 'findFences');

    expect(await resumeSettlements(deps, calm)).toEqual({ found: 2, finished: [] });
    expect(reading).not.toHaveBeenCalled();
  });

  it('follows the result in force although an intent was left on the event', async () => {
    const { deps, store } = createFakes();
    await settling(store, 'a');
    const event = store.events.get('a');
    const late: Decision = { ...decision, id: 'late', outcome: 'LOSE' };
    store.events.set('a', { eventId: 'a', ...event, intent: late });
    const closing = jest.spyOn(store, 'closeFences');

    expect(await resumeSettlements(deps, calm)).toEqual({ found: 1, finished: ['a'] });
    expect(closing).not.toHaveBeenCalled();
    expect(store.events.get('a')?.settlement?.outcome).toBe('WIN');
  });

  it('goes on with the next event past one that cannot be finished now', async () => {
    const { deps, store } = createFakes();
    await settling(store, 'a', 'b');
    store.unindexed.add(betIdOf(0));

    expect(await resumeSettlements(deps, calm)).toEqual({ found: 2, finished: ['b'] });
  });

  it('goes on with the next event past one that fails, and tells of it at the end', async () => {
    const { deps, store } = createFakes();
    const bug = new Error('an item that cannot be read');
    for (const eventId of ['poison', 'good']) {
      await store.noteIntent(eventId, decision);
      store.add(placedBet(eventId === 'good' ? 1 : 2, { eventId }));
    }
    const closeFences = store.closeFences.bind(store);
    jest.spyOn(store, 'closeFences').mockImplementation(async (eventId) => {
      if (eventId === 'poison') throw bug;
      await closeFences(eventId);
    });

    const resumed = resumeSettlements(deps, calm);

    await expect(resumed).rejects.toMatchObject({ errors: [bug] });
    expect((await store.findEvent('good'))?.settlement?.state).toBe('settled');
  });

  it('takes up at most 100 events in one run', async () => {
    const { deps, store } = createFakes();
    const asking = jest.spyOn(store, 'unfinishedEvents');

    await resumeSettlements(deps, calm);

    expect(asking.mock.calls).toEqual([[100, calm]]);
  });

  it('takes up no further event once its signal has aborted', async () => {
    const { deps, store } = createFakes();
    await settling(store, 'a', 'b');
    const stopping = new AbortController();
    const finishSettlement = store.finishSettlement.bind(store);
    jest.spyOn(store, 'finishSettlement').mockImplementation(async (...args) => {
      await finishSettlement(...args);
      stopping.abort();
    });

    const report = await resumeSettlements(deps, stopping.signal);

    expect(report).toEqual({ found: 2, finished: ['a'] });
    expect(store.storedVersions()).toEqual([1, 0]);
  });

  it('passes on that the store is away', async () => {
    const { deps, store } = createFakes();
    const away = new BetError('unavailable', 'The store is away.');
    jest.spyOn(store, 'unfinishedEvents').mockRejectedValue(away);

    await expect(resumeSettlements(deps, calm)).rejects.toBe(away);
  });
});
