import { type CalmCloud, calmCloud, type Fate } from '../../tests/support/calmCloud.ts';
import { betIdOf, NOON, placedBet } from '../../tests/support/samples.ts';
import type { Bet, Outcome, PlacedBet } from './bet.ts';
import { newBetId } from './ids.ts';
import { type BetPage, getBet, listBets, type ListRequest } from './readBets.ts';

const EVENT = 'sr:match:42';
const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);
const newestFirst = (from: number, to: number) => numbers(from, to).toReversed().map(betIdOf);
const idsOf = ({ bets }: BetPage): string[] => bets.map(({ id }) => id);
const pending = (bet: PlacedBet): Bet => Object.assign({ status: 'pending' as const }, bet);
const lost = (bet: PlacedBet): Bet => ({ ...bet, status: 'lost', settledAt: NOON });

/** The lowest id that a bet placed then could have. */
const firstIdAfter = (at: number): string =>
  newBetId(at).replace(/-7.*/, '-7000-8000-000000000000');

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

  it('fills a page with the bets of a status, and begins the next behind the last', async () => {
    const cloud = calmCloud();
    const others = new Set([10, 20, 30, 40, 50]);
    await cloud.add(
      ...numbers(1, 50).map((number) =>
        placedBet(number, others.has(number) ? { eventId: 'other' } : {}),
      ),
    );
    await cloud.decide('other');

    const first = await list(cloud, { limit: 2, status: 'lost' });
    const second = await list(cloud, { limit: 2, status: 'lost', before: first.next });
    const third = await list(cloud, { limit: 2, status: 'lost', before: second.next });

    const pages = [first, second, third];
    expect(pages.map(idsOf)).toEqual([[50, 40], [30, 20], [10]].map((page) => page.map(betIdOf)));
    expect(third).not.toHaveProperty('next');
  });

  it('leads to the bets that it found beyond a full page', async () => {
    const cloud = calmCloud();
    await cloud.add(placedBet(9), placedBet(8), placedBet(7), placedBet(6));
    await cloud.add(...[10, 11, 12].map((number) => placedBet(number, { eventId: 'other' })));
    await cloud.decide('other');

    const first = await list(cloud, { limit: 3, status: 'pending' });
    const second = await list(cloud, { limit: 3, status: 'pending', before: first.next });

    expect(idsOf(first)).toEqual([9, 8, 7].map(betIdOf));
    expect(second).toEqual({ bets: [pending(placedBet(6))] });
  });

  it('looks through 5,000 bets for a status, and leads on from an empty page', async () => {
    const cloud = calmCloud();
    await cloud.add(placedBet(1, { eventId: 'other' }));
    await cloud.add(...numbers(2, 5_002).map((number) => placedBet(number)));
    await cloud.decide('other');

    const first = await list(cloud, { limit: 10, status: 'lost' });
    const read = cloud.sent('newest').length;
    const second = await list(cloud, { limit: 10, status: 'lost', before: first.next });

    expect(first).toEqual({ bets: [], next: betIdOf(3) });
    // 10, 20, 40, 80, 160, 320 and 640 bets, three times 1000, and the 730 that are left.
    expect(read).toBeGreaterThanOrEqual(11 * 16);
    expect(read).toBeLessThanOrEqual(2 * 11 * 16);
    expect(second).toEqual({ bets: [lost(placedBet(1, { eventId: 'other' }))] });
  });

  it('shows one result of an event, whatever happens to it while the call reads on', async () => {
    const cloud = calmCloud();
    await cloud.add(...[1, 2, 5, 6].map((number) => placedBet(number)));
    await cloud.add(...[3, 4].map((number) => placedBet(number, { eventId: 'other' })));
    await cloud.decide(EVENT);
    const corrected = (version: number, outcome: Outcome) =>
      cloud.decide(EVENT, { version, outcome, decidedAt: NOON + version });
    // All shards are read at once for the first bets, and again for more.
    const atOnce: Fate[] = Array.from({ length: 16 }, () => (carryOut) => carryOut());
    cloud.meet('newest', ...atOnce, async (carryOut) => {
      await corrected(2, 'WIN');
      await corrected(3, 'LOSE');
      return carryOut();
    });

    const page = await list(cloud, { limit: 3, status: 'lost' });

    expect(page.bets).toEqual([6, 5, 2].map((number) => lost(placedBet(number))));
  });

  it.each([
    ['from an instant on', { placedFrom: 1_000 }, [3, 2, 1]],
    ['before an instant', { placedBefore: 1_001 }, [2, 1, 0]],
    ['in a span', { placedFrom: 1_000, placedBefore: 1_001 }, [2, 1]],
    ['in a span that nothing was placed in', { placedFrom: 1_002, placedBefore: 9_000 }, []],
  ])('shows the bets placed %s, whole milliseconds', async (_case, span, shown) => {
    const cloud = calmCloud();
    const ids = [firstIdAfter(999), firstIdAfter(1_000), newBetId(1_000), firstIdAfter(1_001)];
    const bets = ids.map((id) => placedBet(0, { id }));
    await cloud.add(...bets);

    const inHistory = await list(cloud, { limit: 2, ...span });
    const rest = await list(cloud, { limit: 2, ...span, before: inHistory.next });
    const onEvent = await list(cloud, { limit: 9, eventId: EVENT, ...span });

    const expected = shown.map((index) => ids[index]);
    expect([...idsOf(inHistory), ...(inHistory.next ? idsOf(rest) : [])]).toEqual(expected);
    expect(idsOf(onEvent)).toEqual(expected);
  });

  it('is empty below a cursor that is older than the span', async () => {
    const cloud = calmCloud();
    const [before] = [newBetId(500)];
    await cloud.add(placedBet(0, { id: newBetId(400) }));

    expect(await list(cloud, { limit: 2, placedFrom: 1_000, before })).toEqual({ bets: [] });
    expect(cloud.calls()).toEqual([]);
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
