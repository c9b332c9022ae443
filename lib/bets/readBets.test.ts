import { type CalmCloud, calmCloud } from '../../tests/support/calmCloud.ts';
import { betIdOf, NOON, placedBet } from '../../tests/support/samples.ts';
import type { Bet, PlacedBet } from './bet.ts';
import { type BetPage, getBet, listBets, type ListRequest } from './readBets.ts';

const EVENT = 'sr:match:42';
const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);
const newestFirst = (from: number, to: number) => numbers(from, to).toReversed().map(betIdOf);
const idsOf = ({ bets }: BetPage): string[] => bets.map(({ id }) => id);
const pending = (bet: PlacedBet): Bet => Object.assign({ status: 'pending' as const }, bet);
const lost = (bet: PlacedBet): Bet => ({ ...bet, status: 'lost', settledAt: NOON });

function list(cloud: CalmCloud, request: ListRequest): Promise<BetPage> {
  return cloud.run((context) => listBets(context, request));
}

describe('listBets', () => {
  it('is empty and reads no results when there is no bet', async () => {
    const cloud = calmCloud();

    expect(await list(cloud, { limit: 10 })).toEqual({ bets: [] });
    expect(cloud.calls()).not.toContain('findResults');
  });

  it('shows the bets of all shards newest first, each under the result of its event', async () => {
    const cloud = calmCloud({ latencyMs: 1 });
    const bets = [0x1, 0x2, 0x10, 0x2a, 0x30].map((number) => placedBet(number));
    const other = placedBet(0x2f, { eventId: 'other' });
    await cloud.add(...bets, other);
    await cloud.decide('other');

    const page = await list(cloud, { limit: 10 });

    const [first, ...older] = bets.toReversed().map(pending);
    expect(page).toEqual({ bets: [first, lost(other), ...older] });
    // Each event once, after the bets.
    const Keys = [{ eventId: EVENT }, { eventId: 'other' }];
    expect(cloud.sent('findResults')).toMatchObject([
      { atMs: 1, input: { RequestItems: { 'calm-events': { Keys } } } },
    ]);
  });

  it('walks over pages that show every bet once', async () => {
    const cloud = calmCloud();
    await cloud.add(...numbers(1, 50).map((number) => placedBet(number)));

    const first = await list(cloud, { limit: 20 });
    const second = await list(cloud, { limit: 20, before: first.next });
    const third = await list(cloud, { limit: 10, before: second.next });

    expect(idsOf(first)).toEqual(newestFirst(31, 50));
    expect(idsOf(second)).toEqual(newestFirst(11, 30));
    // It ends with a page that is just full.
    expect(idsOf(third)).toEqual(newestFirst(1, 10));
    expect(third).not.toHaveProperty('next');
  });

  it('reads on in a shard that holds most of the page, below the cursor', async () => {
    const cloud = calmCloud();
    const inOneShard = numbers(1, 50).map((number) => number * 16);
    await cloud.add(...inOneShard.map((number) => placedBet(number)));

    const page = await list(cloud, { limit: 30, before: betIdOf(48 * 16) });

    const shown = inOneShard.slice(17, 47).toReversed().map(betIdOf);
    expect(idsOf(page)).toEqual(shown);
    expect(page.next).toBe(shown.at(-1));
  });

  it('filters what a page shows by its status, not what it covers', async () => {
    const cloud = calmCloud();
    const other = placedBet(2, { eventId: 'other' });
    await cloud.add(placedBet(1), other, placedBet(3), placedBet(4));
    await cloud.decide('other');

    const some = await list(cloud, { limit: 3, status: 'lost' });
    const none = await list(cloud, { limit: 2, status: 'lost' });

    expect(some).toEqual({ bets: [lost(other)], next: betIdOf(2) });
    expect(none).toEqual({ bets: [], next: betIdOf(3) });
  });
});

describe('listBets of one event', () => {
  it('merges all fences that the event has, and reads its number of them first', async () => {
    const cloud = calmCloud();
    const bets = [3, 0, 3].map((fence, number) => ({ fence, bet: placedBet(number) }));
    for (const { fence, bet } of bets) await cloud.addBehind(fence, bet);
    await cloud.add(placedBet(4, { eventId: 'other' }));

    const page = await list(cloud, { limit: 10, eventId: EVENT });

    expect(page).toEqual({ bets: bets.map(({ bet }) => pending(bet)).toReversed() });
    const queries = Array.from({ length: 4 }, () => 'newestIds');
    expect(cloud.calls()).toEqual(['findEvents', ...queries, 'findBets', 'findResults']);
  });

  it('reads on behind a fence that holds most of the page, below the cursor', async () => {
    const cloud = calmCloud();
    const crowd = numbers(2, 70).map((number) => placedBet(number));
    await cloud.addBehind(1, placedBet(1));
    await cloud.add(...crowd);

    const page = await list(cloud, { limit: 60, eventId: EVENT, before: betIdOf(66) });

    expect(idsOf(page)).toEqual(newestFirst(6, 65));
    expect(page.next).toBe(betIdOf(6));
  });

  it('is empty for an event that nothing is known of', async () => {
    const cloud = calmCloud();

    expect(await list(cloud, { limit: 2, eventId: 'unknown' })).toEqual({ bets: [] });
    expect(cloud.calls()).toEqual(['findEvents']);
  });
});

describe('getBet', () => {
  it('shows a bet without a result as pending, and another under the result in force', async () => {
    const cloud = calmCloud();
    const [first, second] = [placedBet(1), placedBet(2, { eventId: 'other' })];
    await cloud.add(first, second);
    await cloud.decide('other');

    expect(await cloud.run((context) => getBet(context, first.id))).toEqual(pending(first));
    expect(await cloud.run((context) => getBet(context, second.id))).toEqual(lost(second));
  });

  it.each([
    ['an id that no bet has', betIdOf(1), ['findBets']],
    ['what cannot be an id, without a look', 'bet-1', []],
  ])('does not find %s', async (_case, id, calls) => {
    const cloud = calmCloud();

    await expect(cloud.run((context) => getBet(context, id))).rejects.toMatchObject({
      code: 'bet-not-found',
      message: 'There is no bet with this id.',
    });
    expect(cloud.calls()).toEqual(calls);
  });
});
