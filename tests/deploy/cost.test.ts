import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { betItem, eventFenceKey } from '../../lib/dynamodb/items.ts';
import { NOON_TEXT, placedBet } from '../support/samples.ts';
import { betOn, recordHandlers, type Recording, resultOf, type SentCommand } from './recording.ts';
import { itemBytes, sum, writeUnits } from './writeUnits.ts';

jest.setTimeout(600_000);
let recording: Recording;
beforeAll(async () => {
  recording = await recordHandlers();
});
afterAll(() => recording.close());

const LONGEST_ID = 'x'.repeat(128);
const cost = (sent: readonly SentCommand[], indexInTransaction: 1 | 2 = 1): number =>
  sum(sent, (command) => writeUnits(command, { prefix: 'bet-maker-', indexInTransaction }));
const place = (eventId: string, key?: string): Promise<SentCommand[]> =>
  recording.during(() => recording.call('placeBet', betOn(eventId, key)));
/** Everything that a result costs, sweep and all. */
const decide = (eventId: string, status: 'WIN' | 'LOSE'): Promise<SentCommand[]> =>
  recording.during(async () => {
    await recording.call('settleEvent', resultOf(eventId, status));
    await recording.resumeSettlements();
  });

describe('the write units', () => {
  it('of a bet are five, or six if the index’s part of a transaction is doubled', async () => {
    const [, ...first] = await place(LONGEST_ID);
    const second = await place(LONGEST_ID);

    expect([first, second].map((sent) => [cost(sent, 1), cost(sent, 2)])).toEqual([
      [5, 6],
      [5, 6],
    ]);
  });

  it('of the first bet on an event are three more, for its place in the list', async () => {
    const [listing, ...placing] = await place('y'.repeat(128));

    expect(placing).toHaveLength(1);
    expect(cost(listing === undefined ? [] : [listing])).toBe(3);
  });

  it('of a bet with a key are two more', async () => {
    await place(LONGEST_ID);

    const sent = await place(LONGEST_ID, 'k'.repeat(255));

    expect([cost(sent, 1), cost(sent, 2)]).toEqual([7, 8]);
  });

  // 64 fences closed in a transaction, and the event's item and index entry: its intent, its
  // result, its end; the result and the end move it in two indexes. A correction closes nothing and
  // notes no intent.
  it('of a result are one a bet and at most 141, of a correction one a bet and 10', async () => {
    const COUNT = 150;
    for (let number = 0; number < COUNT; number += 1) await recording.call('placeBet', betOn('a'));

    const settling = await decide('a', 'WIN');
    const correcting = await decide('a', 'LOSE');

    const onBets = [settling, correcting].map((sent) =>
      cost(sent.filter(({ name }) => name === 'BatchExecuteStatementCommand')),
    );
    expect(onBets).toEqual([COUNT, COUNT]);
    expect(cost(settling) - COUNT).toBeLessThanOrEqual(64 * 2 + 3 + 5 + 5);
    expect(cost(correcting) - COUNT).toBeLessThanOrEqual(5 + 5);
  });

  it('are counted for items below one KB, as the largest bet is even when it is settled', () => {
    const behind = { eventId: LONGEST_ID, fence: 63 };
    const largest = z.encode(betItem, placedBet(1, { ...behind, amountMinor: 100_000_000_000n }));
    const counts = { placed: 1n, stakedMinor: 1n, sweptVersion: 1n };
    const fence = { eventFence: eventFenceKey(behind), closedAt: NOON_TEXT, ...counts };

    expect(itemBytes({ ...largest, settledAt: NOON_TEXT })).toBeLessThan(1024);
    expect(itemBytes(fence)).toBeLessThan(1024);
  });
});

describe('the deployment guide', () => {
  it('says what was counted', () => {
    const guide = readFileSync(join(import.meta.dirname, '../../docs/deploy.md'), 'utf8');

    const rows = [...guide.matchAll(/^\| ((?:placed|settled|corrected) +\| \d) +\|/gm)];
    const said = rows.map(([, row = '']) => row.replace(/ +\| /, ' '));
    expect(said).toEqual(['placed 5', 'settled 1', 'corrected 1']);
  });
});
