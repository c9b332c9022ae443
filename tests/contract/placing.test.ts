import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { PlacedBet } from '../../lib/bets/bet.ts';
import { FENCES_PER_EVENT } from '../../lib/bets/event.ts';
import { newBetId } from '../../lib/bets/ids.ts';
import { placeBet } from '../../lib/bets/placeBet.ts';
import { getEvent } from '../../lib/bets/readEvents.ts';
import type { IdempotencyRecord } from '../../lib/bets/store.ts';
import { type OpenStore, openStore } from '../support/openStore.ts';
import { NOON } from '../support/samples.ts';
import { newEvent, times } from './parts.ts';

jest.setTimeout(600_000);
let opened: OpenStore;
beforeAll(async () => {
  opened = await openStore();
});
afterAll(() => opened[Symbol.asyncDispose]());

function aBet(eventId: string, change: Partial<PlacedBet> = {}): PlacedBet {
  return { id: newBetId(NOON), eventId, fence: 7, amountMinor: 1050n, placedAt: NOON, ...change };
}
const aKey = ({ id }: PlacedBet): IdempotencyRecord => {
  return { key: randomUUID(), betId: id, requestHash: 'hash' };
};

const insert = (bet: PlacedBet, record?: IdempotencyRecord) =>
  opened.run(({ store }) => store.bets.insert(bet, record));
const find = ({ id }: PlacedBet) => opened.run(({ store }) => store.bets.find([id]));
const findFences = (eventId: string) => opened.run(({ store }) => store.fences.find(eventId));
const closeFences = (eventId: string) =>
  opened.run(({ store }) => store.fences.close(eventId, NOON));
const findPlaced = (id: string | undefined, { key }: IdempotencyRecord) =>
  opened.run(({ store }) => store.bets.findPlaced(id, key));

describe('the store inserts a bet', () => {
  it('with its count and its stake', async () => {
    const bet = aBet(newEvent());

    const result = await insert(bet);

    expect(result).toEqual({ kind: 'inserted' });
    expect(await find(bet)).toEqual([bet]);
    expect(await findFences(bet.eventId)).toEqual([
      { number: 7, placed: 1, stakedMinor: 1050n, sweptVersion: 0 },
    ]);
    expect(await opened.storedBet(bet.id)).toMatchObject({ status: 'pending', outcomeVersion: 0n });
  });

  it('once: the same bet again changes nothing', async () => {
    const bet = aBet(newEvent());
    await insert(bet);

    const again = await insert({ ...bet, fence: 9 });

    expect(again).toEqual({ kind: 'bet-exists' });
    expect(await find(bet)).toEqual([bet]);
    expect(await findFences(bet.eventId)).toEqual([
      { number: 7, placed: 1, stakedMinor: 1050n, sweptVersion: 0 },
    ]);
  });

  it('not behind a closed fence, and then nothing of it is stored', async () => {
    const bet = aBet(newEvent());
    const record = aKey(bet);
    await closeFences(bet.eventId);

    const result = await insert(bet, record);

    expect(result).toEqual({ kind: 'fence-closed' });
    expect(await find(bet)).toEqual([]);
    expect(await findPlaced(undefined, record)).toEqual({});
    const fences = await findFences(bet.eventId);
    expect(fences).toHaveLength(FENCES_PER_EVENT);
    expect(fences.every((fence) => fence.placed === 0 && fence.stakedMinor === 0n)).toBe(true);
  });

  it('not for a key that is taken, and says by which bet', async () => {
    const first = aBet(newEvent());
    const record = aKey(first);
    await insert(first, record);
    const second = aBet(first.eventId);

    const result = await insert(second, { ...record, betId: second.id });

    expect(result).toEqual({ kind: 'key-taken', record });
    expect(await find(second)).toEqual([]);
    expect(await findPlaced(first.id, record)).toEqual({ bet: first, record });
  });

  it('and looks at what exists before it looks at closed fences', async () => {
    const bet = aBet(newEvent());
    const record = aKey(bet);
    await insert(bet, record);
    await closeFences(bet.eventId);

    const sameBet = await insert(bet);
    const other = aBet(bet.eventId);
    const sameKey = await insert(other, { ...record, betId: other.id });

    expect(sameBet).toEqual({ kind: 'bet-exists' });
    expect(sameKey).toEqual({ kind: 'key-taken', record });
  });

  it('with a stake of any size, and sums beyond what a float can hold', async () => {
    const eventId = newEvent();
    const stakes = [100_000_000_000n, 9_007_199_254_740_993n, 1n];

    for (const amountMinor of stakes) await insert(aBet(eventId, { amountMinor }));

    expect(await findFences(eventId)).toEqual([
      { number: 7, placed: 3, stakedMinor: 9_007_299_254_740_994n, sweptVersion: 0 },
    ]);
  });
});

describe('placing', () => {
  it('makes one bet of 200 requests with one key, 50 at a time', async () => {
    const request = { eventId: newEvent(), amountMinor: 250n, idempotencyKey: randomUUID() };

    const answers = await times(200, 50, () => opened.run(placeBet, request));

    expect(new Set(answers.map(({ bet }) => bet.id)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    const report = await opened.run(getEvent, request.eventId);
    expect(report.bets).toEqual({ total: 1, settled: 0, stakedMinor: 250n });
  });
});
