import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { statusFor } from '../../lib/bets/bet.ts';
import type { Context } from '../../lib/bets/context.ts';
import { BetError } from '../../lib/bets/errors.ts';
import { placeBet } from '../../lib/bets/placeBet.ts';
import { getEvent } from '../../lib/bets/readEvents.ts';
import { resumeSettlements } from '../../lib/bets/resumeSettlements.ts';
import { settleEvent } from '../../lib/bets/settleEvent.ts';
import { type OpenStore, openStore, watchedStore } from '../support/openStore.ts';
import { admitWithFour, newEvent, placeBehindOne, placeMany, times, walk } from './parts.ts';

jest.setTimeout(600_000);
let opened: OpenStore;
beforeAll(async () => {
  opened = await openStore();
});
afterAll(() => opened[Symbol.asyncDispose]());

const settle = (eventId: string, outcome: 'WIN' | 'LOSE') =>
  opened.run(settleEvent, { eventId, outcome });

/** What the table holds of all bets on an event, each version and status once. */
async function storedStatuses(eventId: string): Promise<string[]> {
  const bets = (await walk(opened, { limit: 1000, eventId })).flat();
  const stored = await times(bets.length, 16, (index) => opened.storedBet(bets[index]?.id ?? ''));
  const all = stored.map((bet) => `${String(bet?.['status'])} v${String(bet?.['outcomeVersion'])}`);
  return [...new Set(all)];
}

/** The context with a store that stops working at one of its calls, as a crash would. */
function crashingAt(point: string, context: Context, afterCalls = 0): Context {
  let calls = 0;
  const store = watchedStore(context.store, (call) => {
    if (call === point) calls += 1;
    if (calls > afterCalls) throw new Error(`crashed at ${point}`);
  });
  return { ...context, store };
}

describe('a result', () => {
  it('is stored on every bet of a small event at once, and so is a correction', async () => {
    const eventId = newEvent();
    await placeMany(opened, eventId, 20);

    const report = await settle(eventId, 'WIN');

    const verdict = { id: expect.any(String), decidedAt: expect.any(Number) };
    expect(report).toEqual({
      eventId,
      outcome: 'WIN',
      version: 1,
      state: 'settled',
      bets: { total: 20, settled: 20, stakedMinor: 2000n },
      history: [{ ...verdict, outcome: 'WIN', version: 1 }],
    });
    expect(await opened.run(getEvent, eventId)).toEqual(report);
    expect(await storedStatuses(eventId)).toEqual(['won v1']);
    expect(await settle(eventId, 'LOSE')).toEqual({
      ...report,
      outcome: 'LOSE',
      version: 2,
      history: [...report.history, { ...verdict, outcome: 'LOSE', version: 2 }],
    });
    expect(await storedStatuses(eventId)).toEqual(['lost v2']);
  });

  it('is in force on 1,000 bets before it is stored on any, and then on all', async () => {
    const eventId = newEvent();
    await placeMany(opened, eventId, 1000);

    const report = await settle(eventId, 'LOSE');

    expect(report).toMatchObject({ state: 'settling', bets: { total: 1000, settled: 0 } });
    expect(await storedStatuses(eventId)).toEqual(['pending v0']);
    const seen = (await walk(opened, { limit: 1000, eventId })).flat();
    expect(seen).toHaveLength(1000);
    expect(new Set(seen.map((bet) => bet.status))).toEqual(new Set(['lost']));
    expect((await opened.run(resumeSettlements)).finished).toContain(eventId);
    expect(await opened.run(getEvent, eventId)).toMatchObject({
      state: 'settled',
      bets: { total: 1000, settled: 1000 },
    });
    expect(await storedStatuses(eventId)).toEqual(['lost v1']);
  });
});

describe('contradictory results at once', () => {
  it('end with one version each change, one in force, and all bets at it', async () => {
    const eventId = newEvent();
    await placeMany(opened, eventId, 15);

    const answers = await Promise.allSettled(
      Array.from({ length: 8 }, (_, operator) => settle(eventId, operator % 2 ? 'WIN' : 'LOSE')),
    );
    await opened.run(resumeSettlements);

    const failures = answers.filter(({ status }) => status === 'rejected');
    for (const failure of failures)
      expect(failure).toMatchObject({ reason: { code: 'unavailable' } });
    const report = await opened.run(getEvent, eventId);
    const { outcome, version, history } = report;
    const alternating = history.filter(
      (verdict, index) => verdict.outcome !== history[index - 1]?.outcome,
    );
    expect(alternating).toEqual(history);
    expect(history.map((verdict) => verdict.version)).toEqual(
      Array.from({ length: version }, (_, index) => index + 1),
    );
    expect(report).toMatchObject({ state: 'settled', bets: { total: 15, settled: 15 } });
    expect(await storedStatuses(eventId)).toEqual([`${statusFor(outcome ?? 'WIN')} v${version}`]);
  });
});

describe('bets and a result at once', () => {
  it('leave each of 500 bets in the book with the result, or refused and not there', async () => {
    const eventId = newEvent();
    const some = Promise.withResolvers<void>();
    const placed: string[] = [];
    const refusals: unknown[] = [];
    const placing = times(500, 50, async () => {
      try {
        placed.push((await opened.run(placeBet, { eventId, amountMinor: 100n })).bet.id);
        if (placed.length === 100) some.resolve();
      } catch (error) {
        refusals.push(error instanceof BetError ? error.code : error);
      }
    });
    await Promise.race([some.promise, placing]);
    await settle(eventId, 'WIN');
    await placing;
    await opened.run(resumeSettlements);

    const seen = (await walk(opened, { limit: 1000, eventId })).flat();
    expect(seen.map((bet) => bet.id).toSorted()).toEqual(placed.toSorted());
    expect(seen.filter((bet) => bet.status !== 'won')).toEqual([]);
    expect(refusals).toEqual(refusals.map(() => 'event-settled'));
    expect((await opened.run(getEvent, eventId)).bets).toEqual({
      total: placed.length,
      settled: placed.length,
      stakedMinor: BigInt(placed.length) * 100n,
    });
  });
});

describe('a settlement that stopped', () => {
  it.each(['fences.close', 'events.putInForce'])(
    'at %s, before the result was in force, is completed',
    async (point) => {
      const eventId = newEvent();
      await placeMany(opened, eventId, 30);
      const stopped = opened.run((context) =>
        settleEvent(crashingAt(point, context), { eventId, outcome: 'WIN' }),
      );
      await expect(stopped).rejects.toThrow('crashed');
      const before = await opened.run(getEvent, eventId);

      const { finished } = await opened.run(resumeSettlements);

      expect(before).toMatchObject({ outcome: null, state: 'open', bets: { total: 30 } });
      expect(finished).toContain(eventId);
      expect(await opened.run(getEvent, eventId)).toMatchObject({
        outcome: 'WIN',
        version: 1,
        state: 'settled',
        bets: { total: 30, settled: 30 },
      });
      expect(await storedStatuses(eventId)).toEqual(['won v1']);
    },
  );

  it.each([
    ['bets.storeResult', 0, 0],
    ['bets.storeResult', 3, 0],
    // Fences are marked while one of them has a second page.
    ['fences.markSwept', 2, 501],
    ['events.finishSettlement', 0, 0],
  ])('at %s after %d calls goes on from where it was', async (point, after, behindOne) => {
    const eventId = newEvent();
    await admitWithFour(opened, eventId);
    await placeMany(opened, eventId, 120);
    await placeBehindOne(opened, eventId, behindOne);
    await settle(eventId, 'WIN');
    const stopped = opened.run((context) => resumeSettlements(crashingAt(point, context, after)));
    await expect(stopped).rejects.toThrow('cannot go on');
    const halfway = await opened.run(getEvent, eventId);

    const { finished } = await opened.run(resumeSettlements);

    expect(halfway).toMatchObject({ outcome: 'WIN', state: 'settling' });
    expect(finished).toContain(eventId);
    expect(await opened.run(getEvent, eventId)).toMatchObject({
      state: 'settled',
      bets: { total: 120 + behindOne, settled: 120 + behindOne },
    });
    expect(await storedStatuses(eventId)).toEqual(['won v1']);
  });

  it('is left alone by a sweeper of an older version', async () => {
    const eventId = newEvent();
    const bets = await placeMany(opened, eventId, 60);
    const { history } = await settle(eventId, 'WIN');
    await settle(eventId, 'LOSE');
    await opened.run(resumeSettlements);
    const ids = bets.slice(0, 25).map((bet) => bet.id);

    const late = await opened.run(async ({ store }) => {
      const older = { outcome: 'WIN', version: 1, decidedAt: history[0]?.decidedAt ?? 0 } as const;
      const found = await store.bets.storeResult(ids, older);
      await store.events.finishSettlement(eventId, 1);
      return found;
    });

    expect(late).toEqual({ stored: [], met: expect.arrayContaining(ids) });
    expect(late.met).toHaveLength(ids.length);
    expect(await storedStatuses(eventId)).toEqual(['lost v2']);
  });
});
