import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { PlacedBet } from '../../lib/bets/bet.ts';
import { FENCES_PER_EVENT } from '../../lib/bets/event.ts';
import { newBetId } from '../../lib/bets/ids.ts';
import { placeBet } from '../../lib/bets/placeBet.ts';
import { getEvent, settleEvent } from '../../lib/bets/settleEvent.ts';
import { type OpenStore, openStore } from '../support/openStore.ts';
import { never, newEvent } from './parts.ts';

let opened: OpenStore;
beforeAll(async () => {
  opened = await openStore();
});
afterAll(() => opened.close());

function aBet(eventId: string, change: Partial<PlacedBet> = {}): PlacedBet {
  const placedAt = Date.parse('2026-11-22T12:00:00.000Z');
  return { id: newBetId(placedAt), eventId, fence: 7, amountMinor: 1050n, placedAt, ...change };
}

describe('the store inserts a bet', () => {
  it('with its count and its stake', async () => {
    const { store } = opened.deps;
    const bet = aBet(newEvent());

    const result = await store.insertBet(bet, undefined, never);

    expect(result).toEqual({ kind: 'inserted' });
    expect(await store.findBet(bet.id, never)).toEqual(bet);
    expect(await store.findFences(bet.eventId, never)).toEqual([
      { number: 7, placed: 1, stakedMinor: 1050n, sweptVersion: 0 },
    ]);
    expect(await opened.storedBet(bet.id)).toMatchObject({ status: 'pending', outcomeVersion: 0n });
  });

  it('once: the same bet again changes nothing', async () => {
    const { store } = opened.deps;
    const bet = aBet(newEvent());
    await store.insertBet(bet, undefined, never);

    const again = await store.insertBet({ ...bet, fence: 9 }, undefined, never);

    expect(again).toEqual({ kind: 'bet-exists' });
    expect(await store.findBet(bet.id, never)).toEqual(bet);
    expect(await store.findFences(bet.eventId, never)).toEqual([
      { number: 7, placed: 1, stakedMinor: 1050n, sweptVersion: 0 },
    ]);
  });

  it('not behind a closed fence, and then nothing of it is stored', async () => {
    const { store } = opened.deps;
    const bet = aBet(newEvent());
    const record = { key: randomUUID(), betId: bet.id, requestHash: 'hash' };
    await store.closeFences(bet.eventId, bet.placedAt, never);

    const result = await store.insertBet(bet, record, never);

    expect(result).toEqual({ kind: 'fence-closed' });
    expect(await store.findBet(bet.id, never)).toBeUndefined();
    expect(await store.findPlaced(undefined, record.key, never)).toEqual({});
    const fences = await store.findFences(bet.eventId, never);
    expect(fences).toHaveLength(FENCES_PER_EVENT);
    expect(fences.every((fence) => fence.placed === 0 && fence.stakedMinor === 0n)).toBe(true);
  });

  it('not for a key that is taken, and says by which bet', async () => {
    const { store } = opened.deps;
    const first = aBet(newEvent());
    const record = { key: randomUUID(), betId: first.id, requestHash: 'hash' };
    await store.insertBet(first, record, never);
    const second = aBet(first.eventId);

    const result = await store.insertBet(second, { ...record, betId: second.id }, never);

    expect(result).toEqual({ kind: 'key-taken', record });
    expect(await store.findBet(second.id, never)).toBeUndefined();
    expect(await store.findPlaced(first.id, record.key, never)).toEqual({ bet: first, record });
  });

  it('and looks at what exists before it looks at closed fences', async () => {
    const { store } = opened.deps;
    const bet = aBet(newEvent());
    const record = { key: randomUUID(), betId: bet.id, requestHash: 'hash' };
    await store.insertBet(bet, record, never);
    await store.closeFences(bet.eventId, bet.placedAt, never);

    const sameBet = await store.insertBet(bet, undefined, never);
    const other = aBet(bet.eventId);
    const sameKey = await store.insertBet(other, { ...record, betId: other.id }, never);

    expect(sameBet).toEqual({ kind: 'bet-exists' });
    expect(sameKey).toEqual({ kind: 'key-taken', record });
  });

  it('with a stake of any size, and sums beyond what a float can hold', async () => {
    const { store } = opened.deps;
    const eventId = newEvent();
    const stakes = [100_000_000_000n, 9_007_199_254_740_993n, 1n];

    for (const amountMinor of stakes)
      await store.insertBet(aBet(eventId, { amountMinor }), undefined, never);

    expect((await store.findFences(eventId, never))[0]?.stakedMinor).toBe(9_007_299_254_740_994n);
  });
});

describe('placing', () => {
  it('answers a pending bet that is in the book', async () => {
    const eventId = newEvent();

    const { bet, replayed } = await placeBet(opened.deps, { eventId, amountMinor: 1n }, never);

    expect({ ...bet, replayed }).toMatchObject({
      eventId,
      amountMinor: 1n,
      status: 'pending',
      replayed: false,
    });
    expect(await opened.deps.store.findBet(bet.id, never)).toEqual({
      id: bet.id,
      eventId,
      fence: bet.fence,
      amountMinor: 1n,
      placedAt: bet.placedAt,
    });
  });

  it('makes one bet of 200 parallel requests with one key', async () => {
    const request = { eventId: newEvent(), amountMinor: 250n, idempotencyKey: randomUUID() };

    const answers = await Promise.all(
      Array.from({ length: 200 }, () => placeBet(opened.deps, request, never)),
    );

    expect(new Set(answers.map(({ bet }) => bet.id)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    const report = await getEvent(opened.deps, request.eventId, never);
    expect(report.bets).toEqual({ total: 1, settled: 0, stakedMinor: 250n });
  });

  it('replays a key with the bet as it is now, also after the result', async () => {
    const eventId = newEvent();
    const request = { eventId, amountMinor: 250n, idempotencyKey: randomUUID() };
    const first = await placeBet(opened.deps, request, never);
    await settleEvent(opened.deps, { eventId, outcome: 'WIN', sweepBudgetMs: 0 }, never);

    const again = await placeBet(opened.deps, request, never);

    expect(again).toEqual({
      bet: { ...first.bet, status: 'won', settledAt: expect.any(Number) },
      replayed: true,
    });
  });

  it('refuses a key that stands for another bet', async () => {
    const request = { eventId: newEvent(), amountMinor: 250n, idempotencyKey: randomUUID() };
    await placeBet(opened.deps, request, never);

    const other = placeBet(opened.deps, { ...request, amountMinor: 251n }, never);

    await expect(other).rejects.toMatchObject({ code: 'idempotency-key-reused' });
    expect((await getEvent(opened.deps, request.eventId, never)).bets.total).toBe(1);
  });

  it('refuses a bet on an event with a result, and the bet does not exist', async () => {
    const eventId = newEvent();
    await settleEvent(opened.deps, { eventId, outcome: 'LOSE', sweepBudgetMs: 0 }, never);

    const late = placeBet(opened.deps, { eventId, amountMinor: 250n }, never);

    await expect(late).rejects.toMatchObject({ code: 'event-settled' });
    expect((await getEvent(opened.deps, eventId, never)).bets.total).toBe(0);
  });
});
