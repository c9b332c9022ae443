import { betIdOf, calm, createFakes, NOON, placedBet } from '../../tests/support/fakes.ts';
import { BetError } from './errors.ts';
import { getBet, listBets, MAX_PAGE } from './readBets.ts';

const decision = { id: 'decision-9', outcome: 'LOSE' as const, decidedAt: NOON + 5 };
const nothing = { version: 0, bets: 0, stakedMinor: 0n };
const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('listBets', () => {
  it('is empty and reads no results when there is no bet', async () => {
    const { deps, store } = createFakes();
    const findResults = jest.spyOn(store, 'findResults');

    const page = await listBets(deps, { limit: 10 }, calm);

    expect(page).toEqual({ bets: [] });
    expect(findResults).not.toHaveBeenCalled();
  });

  it('shows the bets of all shards newest first, each under the result of its event', async () => {
    const { deps, store } = createFakes();
    const other = placedBet(0x2f, { eventId: 'other' });
    store.add(placedBet(0x10), placedBet(0x30), other, placedBet(0x2a));
    await store.putInForce('other', decision, nothing);

    const page = await listBets(deps, { limit: 10 }, calm);

    expect(page).toEqual({
      bets: [
        { ...placedBet(0x30), status: 'pending' },
        { ...other, status: 'lost', settledAt: NOON + 5 },
        { ...placedBet(0x2a), status: 'pending' },
        { ...placedBet(0x10), status: 'pending' },
      ],
    });
  });

  it('asks for the result of each event once, after all bets were read', async () => {
    const { deps, store } = createFakes();
    store.add(placedBet(1), placedBet(2), placedBet(3, { eventId: 'other' }));
    const order: unknown[] = [];
    const newestBets = store.newestBets.bind(store);
    jest.spyOn(store, 'newestBets').mockImplementation(async (...args) => {
      const page = await newestBets(...args);
      order.push('bets');
      return page;
    });
    jest.spyOn(store, 'findResults').mockImplementation(async (eventIds) => {
      order.push(eventIds);
      return new Map();
    });

    await listBets(deps, { limit: 10 }, calm);

    expect(order.slice(0, 16)).toEqual(Array.from({ length: 16 }, () => 'bets'));
    expect(order.slice(16)).toEqual([['other', 'sr:match:42']]);
  });

  it('walks over pages that show every bet once', async () => {
    const { deps, store } = createFakes();
    store.add(...numbers(1, 50).map((number) => placedBet(number)));

    const seen: string[] = [];
    const sizes: number[] = [];
    let next: string | undefined;
    do {
      const page = await listBets(deps, { limit: 20, before: next }, calm);
      seen.push(...page.bets.map((bet) => bet.id));
      sizes.push(page.bets.length);
      next = page.next;
    } while (next !== undefined);

    expect(sizes).toEqual([20, 20, 10]);
    expect(seen).toEqual(numbers(1, 50).toReversed().map(betIdOf));
  });

  it('reads on in a shard that holds most of the page, below the cursor', async () => {
    const { deps, store } = createFakes();
    const inOneShard = numbers(1, 50).map((number) => number * 16);
    store.add(...inOneShard.map((number) => placedBet(number)));

    const page = await listBets(deps, { limit: 30, before: betIdOf(48 * 16) }, calm);

    const shown = inOneShard.slice(17, 47).toReversed().map(betIdOf);
    expect(page.bets.map((bet) => bet.id)).toEqual(shown);
    expect(page.next).toBe(shown.at(-1));
  });

  it('has no next page when the bets end with this one', async () => {
    const { deps, store } = createFakes();
    store.add(...numbers(1, 4).map((number) => placedBet(number)));

    const exact = await listBets(deps, { limit: 4 }, calm);
    const short = await listBets(deps, { limit: 3 }, calm);

    expect(exact.bets.map((bet) => bet.id)).toEqual([4, 3, 2, 1].map(betIdOf));
    expect(exact).not.toHaveProperty('next');
    expect(short.bets.map((bet) => bet.id)).toEqual([4, 3, 2].map(betIdOf));
    expect(short.next).toBe(betIdOf(2));
  });

  it('filters what a page shows by its status, not what it covers', async () => {
    const { deps, store } = createFakes();
    store.add(placedBet(1), placedBet(2, { eventId: 'other' }), placedBet(3), placedBet(4));
    await store.putInForce('other', decision, nothing);

    const page = await listBets(deps, { limit: 3, status: 'lost' }, calm);
    const none = await listBets(deps, { limit: 2, status: 'lost' }, calm);

    const lost = { ...placedBet(2, { eventId: 'other' }), status: 'lost', settledAt: NOON + 5 };
    expect(page).toEqual({ bets: [lost], next: betIdOf(2) });
    expect(none).toEqual({ bets: [], next: betIdOf(3) });
  });

  describe('of one event', () => {
    it('merges the fences that hold bets, and asks no other', async () => {
      const { deps, store } = createFakes();
      store.add(
        placedBet(1, { fence: 3 }),
        placedBet(2, { fence: 60 }),
        placedBet(3, { fence: 3 }),
        placedBet(4, { eventId: 'other' }),
      );
      await store.closeFences('sr:match:42');
      const newestBetIds = jest.spyOn(store, 'newestBetIds');

      const page = await listBets(deps, { limit: 10, eventId: 'sr:match:42' }, calm);

      expect(page).toEqual({
        bets: [
          { ...placedBet(3, { fence: 3 }), status: 'pending' },
          { ...placedBet(2, { fence: 60 }), status: 'pending' },
          { ...placedBet(1, { fence: 3 }), status: 'pending' },
        ],
      });
      expect(newestBetIds.mock.calls.map(([behind]) => behind)).toEqual([
        { eventId: 'sr:match:42', fence: 3 },
        { eventId: 'sr:match:42', fence: 60 },
      ]);
    });

    it('goes on below the bet where the page before ended', async () => {
      const { deps, store } = createFakes();
      store.add(...numbers(1, 6).map((number) => placedBet(number, { fence: number % 2 })));

      const page = await listBets(
        deps,
        { limit: 2, eventId: 'sr:match:42', before: betIdOf(5) },
        calm,
      );

      expect(page.bets.map((bet) => bet.id)).toEqual([betIdOf(4), betIdOf(3)]);
      expect(page.next).toBe(betIdOf(3));
    });

    it('reads on behind a fence that holds most of the page, below the cursor', async () => {
      const { deps, store } = createFakes();
      store.add(placedBet(1, { fence: 1 }));
      store.add(...numbers(2, 70).map((number) => placedBet(number, { fence: 0 })));

      const page = await listBets(
        deps,
        { limit: 60, eventId: 'sr:match:42', before: betIdOf(66) },
        calm,
      );

      expect(page.bets.map((bet) => bet.id)).toEqual(numbers(6, 65).toReversed().map(betIdOf));
      expect(page.next).toBe(betIdOf(6));
    });

    it('is empty for an event that nothing is known of', async () => {
      const { deps } = createFakes();

      const page = await listBets(deps, { limit: 2, eventId: 'unknown' }, calm);

      expect(page).toEqual({ bets: [] });
    });
  });

  it('shows at most 1000 bets a page', () => {
    expect(MAX_PAGE).toBe(1000);
  });
});

describe('getBet', () => {
  const NOT_FOUND = new BetError('bet-not-found', 'There is no bet with this id.');

  it('shows a bet without a result as pending', async () => {
    const { deps, store } = createFakes();
    store.add(placedBet(1));

    expect(await getBet(deps, betIdOf(1), calm)).toEqual({ ...placedBet(1), status: 'pending' });
  });

  it('shows a bet under the result in force', async () => {
    const { deps, store } = createFakes();
    store.add(placedBet(1));
    await store.putInForce('sr:match:42', decision, nothing);

    expect(await getBet(deps, betIdOf(1), calm)).toEqual({
      ...placedBet(1),
      status: 'lost',
      settledAt: NOON + 5,
    });
  });

  it('does not find an id that no bet has', async () => {
    const { deps } = createFakes();

    const found = getBet(deps, betIdOf(1), calm);

    await expect(found).rejects.toEqual(NOT_FOUND);
    await expect(found).rejects.toHaveProperty('code', 'bet-not-found');
  });

  it('does not ask the store for what cannot be an id', async () => {
    const { deps, store } = createFakes();
    const findBet = jest.spyOn(store, 'findBet');

    await expect(getBet(deps, 'bet-1', calm)).rejects.toEqual(NOT_FOUND);
    expect(findBet).not.toHaveBeenCalled();
  });
});
