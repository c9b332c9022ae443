import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventFenceKey, itemFromBet } from '../../lib/dynamodb/items.ts';
import type { Sent } from '../support/apiEvent.ts';
import { betIdOf, NOON } from '../support/fakes.ts';
import { recordHandlers, type Recording, type SentCommand } from './recording.ts';
import { itemBytes, writeUnits } from './writeUnits.ts';

let recording: Recording;
beforeAll(async () => {
  recording = await recordHandlers();
});
afterAll(() => recording.close());

const JSON_TYPE = { 'content-type': 'application/json' };
const bet = (eventId: string, key?: string): Sent => ({
  method: 'POST',
  path: '/bets',
  headers: { ...JSON_TYPE, ...(key !== undefined && { 'idempotency-key': key }) },
  body: JSON.stringify({ event_id: eventId, amount: '10.50' }),
});
const result = (eventId: string, status: 'WIN' | 'LOSE'): Sent => ({
  method: 'PUT',
  pathParameters: { event_id: eventId },
  headers: JSON_TYPE,
  body: JSON.stringify({ status }),
});

const cost = (sent: readonly SentCommand[], indexInTransaction: 1 | 2 = 1): number =>
  sent.reduce((all, one) => all + writeUnits(one, { prefix: 'bet-maker-', indexInTransaction }), 0);
const ofBets = (sent: readonly SentCommand[]): SentCommand[] =>
  sent.filter(({ name }) => name === 'BatchExecuteStatementCommand');

/** Everything that a result costs, sweep and all. */
const decide = (eventId: string, status: 'WIN' | 'LOSE'): Promise<SentCommand[]> =>
  recording.during(async () => {
    await recording.handlers.settleEvent(result(eventId, status));
    await recording.resumeSettlements();
  });

describe('the write units', () => {
  it('of a first bet are three more, for the event and its place among the events', async () => {
    const first = await recording.during(() => recording.handlers.placeBet(bet('x'.repeat(128))));

    expect(first.map(({ name }) => name)).toEqual(['UpdateCommand', 'TransactWriteCommand']);
    expect(cost(first.slice(0, 1))).toBeLessThanOrEqual(3);
  });

  it('of a bet are five, or six if the index’s part of a transaction is doubled', async () => {
    const sent = await recording.during(() => recording.handlers.placeBet(bet('x'.repeat(128))));

    expect(sent).toHaveLength(1);
    expect([cost(sent, 1), cost(sent, 2)]).toEqual([5, 6]);
  });

  it('of a bet with a key are two more', async () => {
    const placing = bet('x'.repeat(128), 'k'.repeat(255));
    const sent = await recording.during(() => recording.handlers.placeBet(placing));

    expect(sent).toHaveLength(1);
    expect([cost(sent, 1), cost(sent, 2)]).toEqual([7, 8]);
  });

  it('of storing a result are one a bet, and one again when it is corrected', async () => {
    const COUNT = 80;
    for (let number = 0; number < COUNT; number += 1) await recording.handlers.placeBet(bet('a'));

    const settling = await decide('a', 'WIN');
    const correcting = await decide('a', 'LOSE');

    expect([cost(ofBets(settling)), cost(ofBets(correcting))]).toEqual([COUNT, COUNT]);
  });

  // 64 fences closed in a transaction, and the event's item and index entry: its intent, its result, its
  // end; the result and the end move it in two indexes. A correction closes nothing and notes no intent.
  it('of an event of few bets besides are at most 141 for a result and 10 for a correction', async () => {
    const COUNT = 150;
    for (let number = 0; number < COUNT; number += 1) await recording.handlers.placeBet(bet('b'));

    const settling = await decide('b', 'WIN');
    const correcting = await decide('b', 'LOSE');

    expect(cost(settling) - COUNT).toBeLessThanOrEqual(64 * 2 + 3 + 5 + 5);
    expect(cost(correcting) - COUNT).toBeLessThanOrEqual(5 + 5);
  });

  it('are counted for items below one KB, as the largest bet is even when it is settled', () => {
    const eventId = 'x'.repeat(128);
    const largest = {
      ...itemFromBet({
        id: betIdOf(1),
        eventId,
        fence: 63,
        amountMinor: 100_000_000_000n,
        placedAt: NOON,
      }),
      settledAt: new Date(NOON).toISOString(),
    };
    const fence = {
      eventFence: eventFenceKey({ eventId, fence: 63 }),
      placed: 1n,
      stakedMinor: 1n,
      closedAt: new Date(NOON).toISOString(),
      sweptVersion: 1n,
    };

    expect(itemBytes(largest)).toBeLessThan(1024);
    expect(itemBytes(fence)).toBeLessThan(1024);
  });
});

describe('the deployment guide', () => {
  it('says what was counted', () => {
    const guide = readFileSync(join(__dirname, '../../docs/deploy.md'), 'utf8');

    const rows = [...guide.matchAll(/^\| (placed|settled|corrected) +\| (\d) +\|/gm)];
    expect(rows.map(([, what, units]) => [what, Number(units)])).toEqual([
      ['placed', 5],
      ['settled', 1],
      ['corrected', 1],
    ]);
  });
});
