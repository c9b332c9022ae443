import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { statusFor } from '../../lib/bets/bet.ts';
import type { Dependencies } from '../../lib/bets/context.ts';
import { BetError } from '../../lib/bets/errors.ts';
import { MAX_VERSIONS } from '../../lib/bets/event.ts';
import { placeBet } from '../../lib/bets/placeBet.ts';
import { resumeSettlements } from '../../lib/bets/resumeSettlements.ts';
import { getEvent, settleEvent } from '../../lib/bets/settleEvent.ts';
import type { BetStore } from '../../lib/bets/store.ts';
import { type OpenStore, openStore } from '../support/openStore.ts';
import { never, newEvent, placeMany, times, walk } from './parts.ts';

let opened: OpenStore;
beforeAll(async () => {
  opened = await openStore();
});
afterAll(() => opened.close());

const BUDGET = { sweepBudgetMs: 5_000 };

/** What the table holds of all bets on an event, each version and status once. */
async function storedStatuses(eventId: string): Promise<string[]> {
  const bets = (await walk(opened.deps, { limit: 1000, eventId })).flat();
  const stored = await times(bets.length, 16, (index) => opened.storedBet(bets[index]?.id ?? ''));
  return [
    ...new Set(
      stored.map((bet) => `${String(bet?.['status'])} v${String(bet?.['outcomeVersion'])}`),
    ),
  ];
}

/** The same dependencies with a store that stops working at one of its methods, as a crash would. */
function crashingAt(method: keyof BetStore, afterCalls = 0): Dependencies {
  let calls = 0;
  const store = new Proxy(opened.deps.store, {
    get: (target, name, receiver) => {
      if (name !== method) return Reflect.get(target, name, receiver) as unknown;
      return (...given: unknown[]) => {
        calls += 1;
        if (calls > afterCalls) throw new Error(`crashed at ${method}`);
        const real = Reflect.get(target, name, receiver) as (...all: unknown[]) => unknown;
        return real(...given);
      };
    },
  });
  return { ...opened.deps, store };
}

describe('a result', () => {
  it('is in force and stored on every bet of a small event when it is acknowledged', async () => {
    const eventId = newEvent();
    await placeMany(opened.deps, eventId, 20);

    const report = await settleEvent(opened.deps, { eventId, outcome: 'WIN', ...BUDGET }, never);

    expect(report).toEqual({
      eventId,
      outcome: 'WIN',
      version: 1,
      state: 'settled',
      bets: { total: 20, settled: 20, stakedMinor: 2000n },
      history: [
        { id: expect.any(String), outcome: 'WIN', version: 1, decidedAt: expect.any(Number) },
      ],
    });
    expect(await getEvent(opened.deps, eventId, never)).toEqual(report);
    expect(await storedStatuses(eventId)).toEqual(['won v1']);
  });

  it('is in force on 1,000 bets before any of them is stored, and all are stored in the end', async () => {
    const eventId = newEvent();
    await placeMany(opened.deps, eventId, 1000);

    const report = await settleEvent(opened.deps, { eventId, outcome: 'LOSE', ...BUDGET }, never);

    expect(report).toMatchObject({ state: 'settling', bets: { total: 1000, settled: 0 } });
    const seen = (await walk(opened.deps, { limit: 1000, eventId })).flat();
    expect(seen).toHaveLength(1000);
    expect(new Set(seen.map((bet) => bet.status))).toEqual(new Set(['lost']));
    expect((await resumeSettlements(opened.deps, never)).finished).toContain(eventId);
    expect(await getEvent(opened.deps, eventId, never)).toMatchObject({
      state: 'settled',
      bets: { total: 1000, settled: 1000 },
    });
    expect(await storedStatuses(eventId)).toEqual(['lost v1']);
  });

  it('reaches more bets behind one fence than a page of the index holds', async () => {
    const eventId = newEvent();
    const oneFence = { ...opened.deps, random: () => 0 };
    await placeMany(oneFence, eventId, 1100);

    await settleEvent(opened.deps, { eventId, outcome: 'WIN', ...BUDGET }, never);
    await resumeSettlements(opened.deps, never);

    expect(await getEvent(opened.deps, eventId, never)).toMatchObject({
      state: 'settled',
      bets: { total: 1100, settled: 1100 },
    });
    expect(await storedStatuses(eventId)).toEqual(['won v1']);
  });

  it('is taken for an event without bets, which then takes none', async () => {
    const eventId = newEvent();

    const report = await settleEvent(opened.deps, { eventId, outcome: 'WIN', ...BUDGET }, never);

    expect(report).toMatchObject({ state: 'settled', bets: { total: 0, settled: 0 } });
    const late = placeBet(opened.deps, { eventId, amountMinor: 1n }, never);
    await expect(late).rejects.toMatchObject({ code: 'event-settled' });
  });

  it('given again changes nothing', async () => {
    const eventId = newEvent();
    await placeMany(opened.deps, eventId, 3);
    const first = await settleEvent(opened.deps, { eventId, outcome: 'WIN', ...BUDGET }, never);

    const again = await settleEvent(opened.deps, { eventId, outcome: 'WIN', ...BUDGET }, never);

    expect(again).toEqual(first);
  });

  it('is corrected by another, which all bets follow, and the history is kept', async () => {
    const eventId = newEvent();
    await placeMany(opened.deps, eventId, 10);
    await settleEvent(opened.deps, { eventId, outcome: 'WIN', ...BUDGET }, never);

    const report = await settleEvent(opened.deps, { eventId, outcome: 'LOSE', ...BUDGET }, never);

    expect(report).toMatchObject({
      outcome: 'LOSE',
      version: 2,
      state: 'settled',
      bets: { settled: 10 },
    });
    expect(report.history.map(({ outcome, version }) => [outcome, version])).toEqual([
      ['WIN', 1],
      ['LOSE', 2],
    ]);
    expect(await storedStatuses(eventId)).toEqual(['lost v2']);
  });

  it('is not replaced when the event is at another version than the operator knows', async () => {
    const eventId = newEvent();
    const first = await settleEvent(
      opened.deps,
      { eventId, outcome: 'WIN', ifVersion: [0], ...BUDGET },
      never,
    );

    const stale = settleEvent(
      opened.deps,
      { eventId, outcome: 'LOSE', ifVersion: [0], ...BUDGET },
      never,
    );

    await expect(stale).rejects.toMatchObject({ code: 'version-mismatch' });
    expect(await getEvent(opened.deps, eventId, never)).toEqual(first);
  });

  it('can be corrected a bounded number of times', async () => {
    const eventId = newEvent();
    const settle = (version: number) =>
      settleEvent(
        opened.deps,
        { eventId, outcome: version % 2 ? 'WIN' : 'LOSE', ...BUDGET },
        never,
      );
    for (let version = 1; version <= MAX_VERSIONS; version += 1) await settle(version);

    const oneMore = settle(MAX_VERSIONS + 1);

    await expect(oneMore).rejects.toMatchObject({ code: 'correction-limit' });
    expect(await getEvent(opened.deps, eventId, never)).toMatchObject({ version: MAX_VERSIONS });
  });
});

describe('contradictory results at once', () => {
  it('end with one version each change, one in force, and all bets at it', async () => {
    const eventId = newEvent();
    await placeMany(opened.deps, eventId, 15);

    const answers = await Promise.allSettled(
      Array.from({ length: 8 }, (_, operator) =>
        settleEvent(
          opened.deps,
          { eventId, outcome: operator % 2 ? 'WIN' : 'LOSE', ...BUDGET },
          never,
        ),
      ),
    );
    await resumeSettlements(opened.deps, never);

    const failures = answers.flatMap((answer) =>
      answer.status === 'rejected' ? [answer.reason as unknown] : [],
    );
    expect(
      failures.filter((reason) => !(reason instanceof BetError && reason.code === 'unavailable')),
    ).toEqual([]);
    const report = await getEvent(opened.deps, eventId, never);
    expect(report.history.map((verdict) => verdict.version)).toEqual(
      Array.from({ length: report.version }, (_, index) => index + 1),
    );
    expect(
      report.history.every((verdict, index, all) => verdict.outcome !== all[index - 1]?.outcome),
    ).toBe(true);
    expect(report).toMatchObject({ state: 'settled', bets: { total: 15, settled: 15 } });
    const status = statusFor(report.outcome ?? 'WIN');
    expect(await storedStatuses(eventId)).toEqual([`${status} v${report.version}`]);
  });
});

describe('bets and a result at once', () => {
  it('leave each of 500 bets either in the book with the result, or refused and not there', async () => {
    const eventId = newEvent();
    const settling = new Promise((resolve) => setTimeout(resolve, 100)).then(() =>
      settleEvent(opened.deps, { eventId, outcome: 'WIN', ...BUDGET }, never),
    );
    const answers = await Promise.allSettled(
      Array.from({ length: 500 }, () =>
        placeBet(opened.deps, { eventId, amountMinor: 100n }, never),
      ),
    );
    await settling;
    await resumeSettlements(opened.deps, never);

    const placed = answers.flatMap((answer) =>
      answer.status === 'fulfilled' ? [answer.value.bet.id] : [],
    );
    const refusals = answers.flatMap((answer) =>
      answer.status === 'rejected' ? [answer.reason as unknown] : [],
    );
    const seen = (await walk(opened.deps, { limit: 1000, eventId })).flat();
    expect(seen.map((bet) => bet.id).sort()).toEqual(placed.sort());
    expect(seen.filter((bet) => bet.status !== 'won')).toEqual([]);
    expect(new Set(refusals.map((reason) => (reason as BetError).code))).toEqual(
      new Set(refusals.length > 0 ? ['event-settled'] : []),
    );
    expect((await getEvent(opened.deps, eventId, never)).bets).toEqual({
      total: placed.length,
      settled: placed.length,
      stakedMinor: BigInt(placed.length) * 100n,
    });
  });
});

describe('a settlement that stopped', () => {
  it.each(['closeFences', 'findFences', 'putInForce'] as const)(
    'at %s, before the result was in force, is completed',
    async (method) => {
      const eventId = newEvent();
      await placeMany(opened.deps, eventId, 30);
      const stopped = settleEvent(
        crashingAt(method),
        { eventId, outcome: 'WIN', ...BUDGET },
        never,
      );
      await expect(stopped).rejects.toThrow('crashed');
      const before = await getEvent(opened.deps, eventId, never);

      const { finished } = await resumeSettlements(opened.deps, never);

      expect(before).toMatchObject({ outcome: null, state: 'open', bets: { total: 30 } });
      expect(finished).toContain(eventId);
      expect(await getEvent(opened.deps, eventId, never)).toMatchObject({
        outcome: 'WIN',
        version: 1,
        state: 'settled',
        bets: { total: 30, settled: 30 },
      });
      expect(await storedStatuses(eventId)).toEqual(['won v1']);
    },
  );

  it.each([
    ['storeResult', 0, 0],
    ['storeResult', 3, 0],
    // Fences are marked while one of them has a second page.
    ['markFenceSwept', 2, 501],
    ['finishSettlement', 0, 0],
  ] as const)('at %s after %d calls goes on from where it was', async (method, calls, atOne) => {
    const eventId = newEvent();
    await placeMany(opened.deps, eventId, 120);
    await placeMany({ ...opened.deps, random: () => 0 }, eventId, atOne);
    const all = 120 + atOne;
    await settleEvent(opened.deps, { eventId, outcome: 'WIN', ...BUDGET }, never);
    await expect(resumeSettlements(crashingAt(method, calls), never)).rejects.toThrow(
      'cannot go on',
    );
    const halfway = await getEvent(opened.deps, eventId, never);

    const { finished } = await resumeSettlements(opened.deps, never);

    expect(halfway).toMatchObject({ outcome: 'WIN', state: 'settling' });
    expect(finished).toContain(eventId);
    expect(await getEvent(opened.deps, eventId, never)).toMatchObject({
      state: 'settled',
      bets: { total: all, settled: all },
    });
    expect(await storedStatuses(eventId)).toEqual(['won v1']);
  });

  it('is left alone by a sweeper of an older version', async () => {
    const eventId = newEvent();
    await placeMany(opened.deps, eventId, 60);
    const first = await settleEvent(opened.deps, { eventId, outcome: 'WIN', ...BUDGET }, never);
    await settleEvent(opened.deps, { eventId, outcome: 'LOSE', ...BUDGET }, never);
    await resumeSettlements(opened.deps, never);
    const bets = (await walk(opened.deps, { limit: 25, eventId }))[0] ?? [];

    const late = await opened.deps.store.storeResult(
      bets.map((bet) => bet.id),
      { outcome: 'WIN', version: 1, decidedAt: first.history[0]?.decidedAt ?? 0 },
      never,
    );
    await opened.deps.store.finishSettlement(eventId, 1, never);

    expect(late.sort()).toEqual(bets.map((bet) => bet.id).sort());
    expect(await storedStatuses(eventId)).toEqual(['lost v2']);
  });
});
