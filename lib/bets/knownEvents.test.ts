import { away, type CalmCloud, calmCloud } from '../../tests/support/calmCloud.ts';
import { NOON, NOON_TEXT } from '../../tests/support/samples.ts';
import type { Context } from './context.ts';
import type { Decision, EventRecord } from './event.ts';
import { admit, KnownEvents, widen } from './knownEvents.ts';

const intent: Decision = { id: 'others', outcome: 'WIN', decidedAt: NOON };
const record = (number: number, more: Partial<EventRecord> = {}): EventRecord => {
  return { eventId: `e${number}`, listKey: '', fences: 4, ...more };
};

const admitted = (cloud: CalmCloud, mends = false, withinMs?: number): Promise<number> =>
  cloud.run((context) => admit(context, 'e', NOON, mends), withinMs);
const widening = (cloud: CalmCloud, fences: number): Promise<void> =>
  cloud.run((context) => widen(context, { eventId: 'e', fences }));
/** What the process remembers. */
const memory = (cloud: CalmCloud): Promise<number | undefined> =>
  cloud.run(async ({ known }: Context) => known.get('e'));
const fencesOf = (cloud: CalmCloud) => cloud.all('fences').map(({ eventFence }) => eventFence);

describe('KnownEvents', () => {
  it('remembers the number of fences, and 0 for an event that takes no more bets', () => {
    const known = new KnownEvents();
    known.remember(record(1));
    known.remember(record(2, { intent }));
    known.remember(record(3));
    known.rememberClosed('e3');
    known.remember(record(4));
    known.forget('e4');

    expect([1, 2, 3, 4].map((number) => known.get(`e${number}`))).toEqual([4, 0, 0, undefined]);
  });

  it('remembers 10,000 events, and forgets the one that it has known longest', () => {
    const known = new KnownEvents();

    for (let number = 0; number <= 10_000; number += 1) known.remember(record(number));

    expect([0, 1, 10_000].map((number) => known.get(`e${number}`))).toEqual([undefined, 4, 4]);
  });
});

describe('admit', () => {
  it('lists an event that nobody knows before it makes its first fence', async () => {
    const cloud = calmCloud();

    expect(await admitted(cloud)).toBe(1);
    expect(cloud.calls()).toEqual(['findEvents', 'enter', 'enlist', 'create']);
    expect(cloud.all('eventList')).toMatchObject([{ listKey: `${NOON_TEXT} e`, eventId: 'e' }]);
    expect(fencesOf(cloud)).toEqual(['e#0']);
    expect(await admitted(cloud)).toBe(1);
    expect(cloud.calls()).toEqual([]);
  });

  it('reads an event that others know, and makes no fence', async () => {
    const cloud = calmCloud();
    await cloud.admit('e', 16);

    expect(await admitted(cloud)).toBe(16);
    expect(cloud.calls()).toEqual(['findEvents']);
  });

  it('makes the fences that are missing when it is told that some may be', async () => {
    const cloud = calmCloud();
    const { eventId } = await cloud.admit('e');
    await cloud.run(({ store }) => store.events.widen({ eventId, fences: 1 }, 4));

    expect(await admitted(cloud, true)).toBe(4);
    expect(fencesOf(cloud)).toEqual(['e#0', 'e#1', 'e#2', 'e#3']);
  });

  it('makes no fence for an event that takes no more bets', async () => {
    const cloud = calmCloud();
    await cloud.decide('e');

    expect(await admitted(cloud, true)).toBe(0);
    expect(cloud.calls()).toEqual(['findEvents']);
  });

  it('makes no fence for an event that was decided while it was listed', async () => {
    const cloud = calmCloud();
    cloud.meet('enlist', (carryOut) => cloud.decide('e').then(carryOut));

    expect(await admitted(cloud)).toBe(0);
    expect(cloud.all('fences')).toEqual([]);
  });

  it('asks the store once for all who want to know at the same time', async () => {
    const cloud = calmCloud({ latencyMs: 1 });

    const numbers = await cloud.run((context) =>
      Promise.all([1, 2, 3].map(() => admit(context, 'e', NOON, false))),
    );

    expect(numbers).toEqual([1, 1, 1]);
    expect(cloud.calls()).toEqual(['findEvents', 'enter', 'enlist', 'create']);
  });

  it('fails for the one whose question failed; who waited for it asks again', async () => {
    const cloud = calmCloud({ latencyMs: 1 });
    cloud.meet('findEvents', away);

    const answers = await cloud.run((context) =>
      Promise.allSettled([1, 2].map(() => admit(context, 'e', NOON, false))),
    );

    expect(answers).toMatchObject([
      { status: 'rejected', reason: { code: 'unavailable' } },
      { status: 'fulfilled', value: 1 },
    ]);
  });

  it('waits for others no longer than its own deadline', async () => {
    const cloud = calmCloud({ latencyMs: 100 });

    const [first, second] = await cloud.run(async (context) => {
      const patient = admit(context, 'e', NOON, false);
      const hasty = context.within(50, (own) => admit(own, 'e', NOON, false));
      return Promise.allSettled([patient, hasty]);
    });

    expect(first).toMatchObject({ status: 'fulfilled', value: 1 });
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } });
    expect(cloud.tookMs()).toBe(400);
  });
});

describe('widen', () => {
  it.each([
    [1, 4],
    [4, 16],
    [16, 64],
  ])('makes of %d fences %d, the number first', async (from, to) => {
    const cloud = calmCloud();
    await cloud.admit('e', from);
    await admitted(cloud);

    await widening(cloud, from);

    expect(cloud.calls()).toEqual(['widen', ...Array.from({ length: to - from }, () => 'create')]);
    expect(cloud.all('events')).toMatchObject([{ fences: BigInt(to) }]);
    expect(fencesOf(cloud)).toHaveLength(to);
    expect(await memory(cloud)).toBe(to);
  });

  it.each([
    ['all 64 are there', 64, 64],
    ['the process knows of more by now', 16, 4],
  ])('does nothing when %s', async (_case, fences, from) => {
    const cloud = calmCloud();
    await cloud.admit('e', fences);
    await admitted(cloud);

    await widening(cloud, from);

    expect(cloud.calls()).toEqual([]);
  });

  it('learns of more fences that another process has made', async () => {
    const cloud = calmCloud();
    await cloud.admit('e');
    await admitted(cloud);
    await cloud.admit('e', 16);

    await widening(cloud, 1);

    expect(cloud.calls()).toEqual(['widen']);
    expect(await memory(cloud)).toBe(16);
  });

  it('leaves an event alone that has an intent, and remembers that it is closed', async () => {
    const cloud = calmCloud();
    await cloud.admit('e');
    await admitted(cloud);
    await cloud.run(({ store }) => store.events.noteIntent('e', intent));

    await widening(cloud, 1);

    expect(cloud.calls()).toEqual(['widen']);
    expect(cloud.all('events')).toMatchObject([{ fences: 1n }]);
    expect(await memory(cloud)).toBe(0);
  });

  it('forgets an event that is not there any more', async () => {
    const cloud = calmCloud();
    const empty = cloud.backUp();
    await admitted(cloud);
    empty();

    await widening(cloud, 1);

    expect(await memory(cloud)).toBeUndefined();
  });

  it('is done once for all whose bets met each other', async () => {
    const cloud = calmCloud({ latencyMs: 1 });
    await admitted(cloud);

    await cloud.run(async (context) => {
      const event = { eventId: 'e', fences: 1 };
      await Promise.all([widen(context, event), widen(context, event)]);
    });

    expect(cloud.calls()).toEqual(['widen', 'create', 'create', 'create']);
  });
});
