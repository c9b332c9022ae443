import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import * as z from 'zod';
import { access, FUNCTION_NAMES, type FunctionName } from '../../infra/aws/access.ts';
import type { Sent } from '../support/apiEvent.ts';
import { needsOf } from './actions.ts';
import { betOn, onEvent, recordHandlers, type Recording, resultOf } from './recording.ts';
import type { SentCommand } from './recording.ts';

jest.setTimeout(600_000);
let recording: Recording;
const sentBy = new Map<FunctionName, SentCommand[]>();
beforeAll(async () => {
  recording = await recordHandlers();
  await driveAll();
});
afterAll(() => recording.close());

const idOf = (body: unknown): string => z.object({ id: z.string() }).parse(body).id;

/** Takes each handler on each of its ways through the store. */
async function driveAll(): Promise<void> {
  const { call, during, conflict, within, resumeSettlements } = recording;
  const record = async (name: FunctionName, status: number, given?: Sent) => {
    const sent = await during(async () => {
      expect(await call(name, given)).toMatchObject({ statusCode: status });
    });
    sentBy.set(name, [...(sentBy.get(name) ?? []), ...sent]);
  };

  // Taken, with and without a key; replayed; a key for another bet; past another writer.
  for (const key of [undefined, 'key-1', 'key-1']) await record('placeBet', 201, betOn('a', key));
  await record('placeBet', 422, betOn('a', 'key-1', '2.00'));
  conflict(1, 2);
  await record('placeBet', 201, betOn('a'));

  await record('listBets', 200);
  await record('listBets', 200, { query: { event_id: 'a' } });
  const { body } = await call('placeBet', betOn('a'));
  await record('getBet', 200, { pathParameters: { id: idOf(body) } });
  await record('listEvents', 200);
  for (const state of ['open', 'settling']) await record('listEvents', 200, { query: { state } });
  await record('getEvent', 200, onEvent('a'));
  await within(({ store, now }) => store.events.enlist('no-bet', now()));
  await record('getEvent', 404, onEvent('no-bet'));
  await record('listEvents', 200);

  // Few bets are swept by the request; corrected; an event that nobody knew.
  await record('settleEvent', 200, resultOf('a', 'WIN'));
  await record('settleEvent', 200, resultOf('a', 'LOSE'));
  await record('settleEvent', 200, resultOf('b', 'WIN'));

  // Too late: after a try that met another writer; at once; with a key, under an intent alone.
  conflict(1, 2);
  await record('placeBet', 409, betOn('a'));
  await record('placeBet', 409, betOn('a', 'key-2'));
  await within(async ({ store, now }) => {
    await store.events.enlist('n', now());
    await store.events.noteIntent('n', { id: 'decision', outcome: 'WIN', decidedAt: now() });
  });
  await record('placeBet', 409, betOn('n', 'key-3'));

  // More bets than one batch are left to the resumer, and so is a result that was only noted.
  for (let bet = 0; bet < 30; bet += 1) await call('placeBet', betOn('c'));
  await record('settleEvent', 202, resultOf('c', 'WIN'));
  await record('getEvent', 200, onEvent('c'));
  await within(async ({ store, now, newBetId }) => {
    const event = await store.events.widen(await store.events.enlist('e', now()), 4);
    if (event !== undefined) await store.fences.create(event, 0);
    const insert = (fences: number) => {
      const bet = { id: newBetId(now()), eventId: 'e', amountMinor: 100n, placedAt: now() };
      return store.bets.insert({ bet, fences });
    };
    // Of one fence the bets take another page, when the others are done.
    for (let bet = 0; bet < 20; bet += 1) await insert(4);
    await Promise.all(Array.from({ length: 501 }, () => insert(1)));
  });
  await record('settleEvent', 202, resultOf('e', 'WIN'));
  // One of which the fence counts a bet that is not there.
  await within(async ({ store, now }) => {
    const event = await store.events.enlist('torn', now());
    await store.events.noteIntent('torn', { id: 'decision', outcome: 'WIN', decidedAt: now() });
    const decision = { id: 'decision', outcome: 'WIN' as const, decidedAt: now() };
    await store.fences.create(event, 0);
    await store.events.putInForce('torn', decision, { version: 0, bets: 1, stakedMinor: 1n });
  });
  const sent = await during(async () => {
    const { found, finished } = await resumeSettlements();
    expect([found, finished.toSorted()]).toEqual([4, ['c', 'e']]);
  });
  sentBy.set('resumeSettlements', sent);
}

const PREFIX = 'bet-maker-';
const names = (needs: Iterable<string>): string[] => [...new Set(needs)].toSorted();

/** `action table` or `action table/index`, as the commands that a function sent need them. */
function needed(name: FunctionName): string[] {
  const needs = (sentBy.get(name) ?? []).flatMap(needsOf).map(({ action, table, index }) => {
    const target = index === undefined ? table : `${table}/${index}`;
    return `${action} ${target.slice(PREFIX.length)}`;
  });
  return names(needs);
}

describe('what a function may do to the tables', () => {
  it.each(FUNCTION_NAMES)('is just what it does: %s', (name) => {
    const granted = Object.entries(access[name]).flatMap(([target, actions]) =>
      actions.map((action) => `${action} ${target}`),
    );

    expect(names(granted)).toEqual(needed(name));
  });

  it('is known of every call that the store can make', async () => {
    const { bets, fences, events } = await recording.within(async ({ store }) => store);
    const all = Object.entries({ bets, fences, events }).flatMap(([part, calls]) =>
      Object.keys(calls).map((name) => `${part}.${name}`),
    );

    expect(all.length).toBeGreaterThan(0);
    expect(names(recording.portCalls)).toEqual(names(all));
  });
});
