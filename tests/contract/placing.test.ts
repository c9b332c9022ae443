import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { PlacedBet } from '../../lib/bets/bet.ts';
import type { Decision } from '../../lib/bets/event.ts';
import { newBetId } from '../../lib/bets/ids.ts';
import { placeBet } from '../../lib/bets/placeBet.ts';
import { getEvent, listEvents } from '../../lib/bets/readEvents.ts';
import type { FencedEvent, IdempotencyRecord, InsertResult } from '../../lib/bets/store.ts';
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
  return { id: newBetId(NOON), eventId, amountMinor: 1050n, placedAt: NOON, ...change };
}
const aKey = ({ id }: PlacedBet): IdempotencyRecord => {
  return { key: randomUUID(), betId: id, requestHash: 'hash' };
};
const intent: Decision = { id: 'decision-1', outcome: 'WIN', decidedAt: NOON };

/** An event that takes bets behind one fence. */
async function openEvent(): Promise<string> {
  const eventId = newEvent();
  await opened.run(async ({ store }) => {
    await store.fences.create(await store.events.enlist(eventId, NOON), 0);
  });
  return eventId;
}

const insert = (bet: PlacedBet, record?: IdempotencyRecord): Promise<InsertResult> =>
  opened.run(({ store }) => store.bets.insert({ bet, fences: 1, record }));
const find = ({ id }: PlacedBet) => opened.run(({ store }) => store.bets.find([id]));
const findFences = (eventId: string, fences = 1) =>
  opened.run(async ({ store }) => (await store.fences.find([{ eventId, fences }])).get(eventId));
const closeFences = (eventId: string, fences = 1) =>
  opened.run(({ store }) => store.fences.close({ eventId, fences }, NOON));
const findPlaced = (id: string | undefined, { key }: IdempotencyRecord) =>
  opened.run(({ store }) => store.bets.findPlaced(id, key));
const widen = (event: FencedEvent, to: number) =>
  opened.run(({ store }) => store.events.widen(event, to));

describe('the store inserts a bet', () => {
  it('with its count and its stake', async () => {
    const bet = aBet(await openEvent());

    const result = await insert(bet);

    expect(result).toEqual({ kind: 'inserted' });
    expect(await find(bet)).toEqual([bet]);
    expect(await findFences(bet.eventId)).toEqual([
      { number: 0, placed: 1, stakedMinor: 1050n, sweptVersion: 0 },
    ]);
    expect(await opened.storedBet(bet.id)).toMatchObject({ status: 'pending', outcomeVersion: 0n });
  });

  it('once: the same bet again changes nothing', async () => {
    const bet = aBet(await openEvent());
    await insert(bet);

    const again = await insert({ ...bet, amountMinor: 1n });

    expect(again).toEqual({ kind: 'bet-exists' });
    expect(await find(bet)).toEqual([bet]);
    expect(await findFences(bet.eventId)).toEqual([
      { number: 0, placed: 1, stakedMinor: 1050n, sweptVersion: 0 },
    ]);
  });

  it('not behind a closed fence, and then nothing of it is stored', async () => {
    const bet = aBet(await openEvent());
    const record = aKey(bet);
    const closed = await closeFences(bet.eventId);

    const result = await insert(bet, record);

    expect(result).toEqual({ kind: 'fence-closed', triedBefore: false });
    expect(await find(bet)).toEqual([]);
    expect(await findPlaced(undefined, record)).toEqual({});
    expect(closed).toEqual([{ number: 0, placed: 0, stakedMinor: 0n, sweptVersion: 0 }]);
    expect(await findFences(bet.eventId)).toEqual(closed);
  });

  it('not behind a fence that is not there, and then makes none', async () => {
    const bet = aBet(newEvent());

    const result = await insert(bet, aKey(bet));

    expect(result).toEqual({ kind: 'fence-missing' });
    expect(await find(bet)).toEqual([]);
    expect(await findFences(bet.eventId)).toBeUndefined();
  });

  it('not for a key that is taken, and says by which bet', async () => {
    const first = aBet(await openEvent());
    const record = aKey(first);
    await insert(first, record);
    const second = aBet(first.eventId);

    const result = await insert(second, { ...record, betId: second.id });

    expect(result).toEqual({ kind: 'key-taken', record });
    expect(await find(second)).toEqual([]);
    expect(await findPlaced(first.id, record)).toEqual({ bet: first, record });
  });

  it('and looks at what exists before it looks at closed fences', async () => {
    const bet = aBet(await openEvent());
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
    const eventId = await openEvent();
    const stakes = [100_000_000_000n, 9_007_199_254_740_993n, 1n];

    for (const amountMinor of stakes) await insert(aBet(eventId, { amountMinor }));

    expect(await findFences(eventId)).toEqual([
      { number: 0, placed: 3, stakedMinor: 9_007_299_254_740_994n, sweptVersion: 0 },
    ]);
  });
});

describe('the store inserts many bets at once', () => {
  it('each with its own answer, whatever the others in its group meet', async () => {
    const [open, late] = [await openEvent(), await openEvent()];
    await closeFences(late);
    const earlier = aBet(open);
    const taken = aKey(earlier);
    await insert(earlier, taken);
    const reused = (bet: PlacedBet): IdempotencyRecord => ({ ...taken, betId: bet.id });
    const closed = { kind: 'fence-closed', triedBefore: expect.any(Boolean) };
    const kinds: [(bet: PlacedBet) => Promise<InsertResult>, string, object][] = [
      [(bet) => insert(bet), open, { kind: 'inserted' }],
      [(bet) => insert(bet, aKey(bet)), open, { kind: 'inserted' }],
      [(bet) => insert(bet), late, closed],
      [(bet) => insert(bet), newEvent(), { kind: 'fence-missing' }],
      [(bet) => insert(bet, reused(bet)), open, { kind: 'key-taken', record: taken }],
    ];
    const bets = Array.from({ length: 40 }, () => kinds).flat();

    const results = await Promise.all(bets.map(([place, eventId]) => place(aBet(eventId))));

    expect(results).toEqual(bets.map(([, , expected]) => expected));
    expect(await findFences(open)).toEqual([
      { number: 0, placed: 81, stakedMinor: 81n * 1050n, sweptVersion: 0 },
    ]);
    expect(await findFences(late)).toMatchObject([{ placed: 0 }]);
  });

  it('with one key once', async () => {
    const eventId = await openEvent();
    const record = aKey(aBet(eventId));
    const bets = Array.from({ length: 30 }, () => aBet(eventId));

    const results = await Promise.all(bets.map((bet) => insert(bet, { ...record, betId: bet.id })));

    expect(results.filter(({ kind }) => kind === 'inserted')).toHaveLength(1);
    expect(results.filter(({ kind }) => kind === 'key-taken')).toHaveLength(29);
    expect(await findFences(eventId)).toMatchObject([{ placed: 1 }]);
  });
});

describe('the store widens an event', () => {
  it('from the number that it has, and tells of another one', async () => {
    const eventId = await openEvent();

    const widened = await widen({ eventId, fences: 1 }, 4);
    const tooLate = await widen({ eventId, fences: 1 }, 16);

    expect(widened).toMatchObject({ eventId, fences: 4 });
    expect(tooLate).toEqual(widened);
  });

  it('not one that is to have a result, whose number of fences is final', async () => {
    const eventId = await openEvent();
    const noted = await opened.run(({ store }) => store.events.noteIntent(eventId, intent));

    expect(await widen({ eventId, fences: 1 }, 4)).toEqual(noted);
    expect(noted).toMatchObject({ eventId, fences: 1, intent });
  });

  it('not one that is not there', async () => {
    expect(await widen({ eventId: newEvent(), fences: 1 }, 4)).toBeUndefined();
  });
});

describe('the store lists an event', () => {
  it('once, although two list it at the same time', async () => {
    await using book = await openStore();
    const eventId = newEvent();
    const at = [NOON, NOON + 1, NOON + 2];

    const enlisted = await Promise.all(
      at.map((time) => book.run(({ store }) => store.events.enlist(eventId, time))),
    );
    await book.run(placeBet, { eventId, amountMinor: 1n });

    expect(new Set(enlisted.map(({ listKey }) => listKey)).size).toBe(1);
    const { events } = await book.run(listEvents, { limit: 10 });
    expect(events.map((event) => event.eventId)).toEqual([eventId]);
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

  it('goes on when the store is not what the process remembers', async () => {
    const [wiped, wider, reopened] = [newEvent(), await openEvent(), await openEvent()];
    await opened.run(async ({ known }) => {
      known.remember({ eventId: wiped, listKey: '', fences: 16 });
      known.remember({ eventId: wider, listKey: '', fences: 64 });
      known.rememberClosed(reopened);
    });

    for (const eventId of [wiped, wider, reopened]) {
      await times(20, 20, () => opened.run(placeBet, { eventId, amountMinor: 100n }));
      const { bets } = await opened.run(getEvent, eventId);
      expect(bets).toEqual({ total: 20, settled: 0, stakedMinor: 2000n });
    }
  });
});
