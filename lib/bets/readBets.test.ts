import { type CalmCloud, calmCloud } from '../../tests/support/calmCloud.ts';
import { betIdOf, NOON, placedBet } from '../../tests/support/samples.ts';
import { type BetPage, getBet, listBets, type ListRequest } from './readBets.ts';

const EVENT = 'sr:match:42';
const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);
const newestFirst = (from: number, to: number): string[] =>
  numbers(from, to).toReversed().map(betIdOf);

function list(cloud: CalmCloud, request: ListRequest): Promise<BetPage> {
  return cloud.run((context) => listBets(context, request));
}

/** The event is lost, without a sweep of its bets. */
async function lose(cloud: CalmCloud, eventId: string): Promise<void> {
  const decision = { id: 'decision-9', outcome: 'LOSE', decidedAt: NOON + 5 } as const;
  const counted = { version: 0, bets: 1, stakedMinor: 1050n };
  await cloud.run(({ store }) => store.events.putInForce(eventId, decision, counted));
}

describe('listBets', () => {
  it('is empty and reads no results when there is no bet', async () => {
    const cloud = calmCloud();

    const page = await list(cloud, { limit: 10 });

    expect(page).toEqual({ bets: [] });
    expect(new Set(cloud.calls())).toEqual(new Set(['newest']));
  });

  it('shows the bets of all shards newest first, each under the result of its event', async () => {
    const cloud = calmCloud();
    const other = placedBet(0x2f, { eventId: 'other' });
    await cloud.add(placedBet(0x10), placedBet(0x30), other, placedBet(0x2a));
    await lose(cloud, 'other');

    const page = await list(cloud, { limit: 10 });

    expect(page).toEqual({
      bets: [
        { ...placedBet(0x30), status: 'pending' },
        { ...other, status: 'lost', settledAt: NOON + 5 },
        { ...placedBet(0x2a), status: 'pending' },
        { ...placedBet(0x10), status: 'pending' },
      ],
    });
  });

  it('reads the result of each event once, after the bets', async () => {
    const cloud = calmCloud({ latencyMs: 1 });
    await cloud.add(placedBet(1), placedBet(2), placedBet(3, { eventId: 'other' }));

    await list(cloud, { limit: 10 });

    const Keys = [{ eventId: 'other' }, { eventId: EVENT }];
    expect(cloud.sent('findResults')).toMatchObject([
      { atMs: 1, input: { RequestItems: { 'calm-events': { Keys } } } },
    ]);
  });

  it('walks over pages that show every bet once', async () => {
    const cloud = calmCloud();
    await cloud.add(...numbers(1, 50).map((number) => placedBet(number)));

    const first = await list(cloud, { limit: 20 });
    const second = await list(cloud, { limit: 20, before: first.next });
    const third = await list(cloud, { limit: 20, before: second.next });

    const shown = [first, second, third].map(({ bets }) => bets.map(({ id }) => id));
    expect(shown).toEqual([newestFirst(31, 50), newestFirst(11, 30), newestFirst(1, 10)]);
    expect(third).not.toHaveProperty('next');
  });

  it('reads on in a shard that holds most of the page, below the cursor', async () => {
    const cloud = calmCloud();
    const inOneShard = numbers(1, 50).map((number) => number * 16);
    await cloud.add(...inOneShard.map((number) => placedBet(number)));

    const page = await list(cloud, { limit: 30, before: betIdOf(48 * 16) });

    const shown = inOneShard.slice(17, 47).toReversed().map(betIdOf);
    expect(page.bets.map(({ id }) => id)).toEqual(shown);
    expect(page.next).toBe(shown.at(-1));
  });

  it.each([
    [4, [4, 3, 2, 1], undefined],
    [3, [4, 3, 2], betIdOf(2)],
  ])('of four bets shows a page of %d, and whether there are more', async (limit, shown, next) => {
    const cloud = calmCloud();
    await cloud.add(...numbers(1, 4).map((number) => placedBet(number)));

    const page = await list(cloud, { limit });

    expect(page.bets.map(({ id }) => id)).toEqual(shown.map(betIdOf));
    expect(page.next).toBe(next);
  });

  it('filters what a page shows by its status, not what it covers', async () => {
    const cloud = calmCloud();
    const other = placedBet(2, { eventId: 'other' });
    await cloud.add(placedBet(1), other, placedBet(3), placedBet(4));
    await lose(cloud, 'other');

    const some = await list(cloud, { limit: 3, status: 'lost' });
    const none = await list(cloud, { limit: 2, status: 'lost' });

    const lost = { ...other, status: 'lost', settledAt: NOON + 5 };
    expect([some, none]).toEqual([
      { bets: [lost], next: betIdOf(2) },
      { bets: [], next: betIdOf(3) },
    ]);
  });
});

describe('listBets of one event', () => {
  it('merges the fences that hold bets, and asks no other', async () => {
    const cloud = calmCloud();
    const first = placedBet(1, { fence: 3 });
    const second = placedBet(2, { fence: 60 });
    const third = placedBet(3, { fence: 3 });
    await cloud.add(first, second, third, placedBet(4, { eventId: 'other' }));
    // Closing leaves an item of each fence.
    await cloud.run(({ store }) => store.fences.close(EVENT, NOON));

    const page = await list(cloud, { limit: 10, eventId: EVENT });

    expect(page).toEqual({
      bets: [third, second, first].map((bet) => ({ ...bet, status: 'pending' })),
    });
    expect(cloud.sent('newestIds')).toHaveLength(2);
  });

  it('reads on behind a fence that holds most of the page, below the cursor', async () => {
    const cloud = calmCloud();
    const crowd = numbers(2, 70).map((number) => placedBet(number, { fence: 0 }));
    await cloud.add(placedBet(1, { fence: 1 }), ...crowd);

    const page = await list(cloud, { limit: 60, eventId: EVENT, before: betIdOf(66) });

    expect(page.bets.map(({ id }) => id)).toEqual(newestFirst(6, 65));
    expect(page.next).toBe(betIdOf(6));
  });

  it('shows a bet once the index does', async () => {
    const cloud = calmCloud();
    await cloud.add(placedBet(1));
    cloud.indexLagMs = 10;
    await cloud.add(placedBet(2));

    const page = await list(cloud, { limit: 2, eventId: EVENT });

    expect(page).toEqual({ bets: [{ ...placedBet(1), status: 'pending' }] });
  });

  it('is empty for an event that nothing is known of', async () => {
    const cloud = calmCloud();

    expect(await list(cloud, { limit: 2, eventId: 'unknown' })).toEqual({ bets: [] });
  });
});

describe('getBet', () => {
  const NOT_FOUND = { code: 'bet-not-found', message: 'There is no bet with this id.' };

  it('shows a bet without a result as pending', async () => {
    const cloud = calmCloud();
    await cloud.add(placedBet(1));

    const bet = await cloud.run((context) => getBet(context, betIdOf(1)));

    expect(bet).toEqual({ ...placedBet(1), status: 'pending' });
  });

  it('shows a bet under the result in force', async () => {
    const cloud = calmCloud();
    await cloud.add(placedBet(1));
    await lose(cloud, EVENT);

    const bet = await cloud.run((context) => getBet(context, betIdOf(1)));

    expect(bet).toEqual({ ...placedBet(1), status: 'lost', settledAt: NOON + 5 });
  });

  it('does not find an id that no bet has', async () => {
    const cloud = calmCloud();

    const found = cloud.run((context) => getBet(context, betIdOf(1)));

    await expect(found).rejects.toMatchObject(NOT_FOUND);
  });

  it('does not ask the store for what cannot be an id', async () => {
    const cloud = calmCloud();

    const found = cloud.run((context) => getBet(context, 'bet-1'));

    await expect(found).rejects.toMatchObject(NOT_FOUND);
    expect(cloud.calls()).toEqual([]);
  });
});
