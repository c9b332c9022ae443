import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventFenceKey, newBetItem } from '../../lib/dynamodb/items.ts';
import type { Sent } from '../support/apiEvent.ts';
import { NOON_TEXT, placedBet } from '../support/samples.ts';
import { metered, type Units } from './meter.ts';
import { betOn, onEvent, recordHandlers, type Recording, resultOf } from './recording.ts';
import { itemBytes } from './writeUnits.ts';

jest.setTimeout(600_000);
let recording: Recording;
let meter: ReturnType<typeof metered>;
beforeAll(async () => {
  recording = await recordHandlers((client) => (meter = metered(client)).client);
  await recording.warmUp();
});
afterAll(() => recording.close());

const NOTHING: Units = { write: 0, onBets: 0, read: 0 };
const LONGEST_ID = 'x'.repeat(256);
const LONGEST_KEY = 'k'.repeat(255);
let events = 0;
/** An event that nobody knows. */
const newEvent = (): string => `${'e'.repeat(120)}-${(events += 1)}`;

/** What a call takes, which must be answered so. */
function costOf(name: string, status: number, sent?: Sent): Promise<Units> {
  return meter.during(async () => {
    expect(await recording.call(name, sent)).toMatchObject({ statusCode: status });
  });
}
const place = (eventId: string, key?: string) => costOf('placeBet', 201, betOn(eventId, key));
const refuse = (eventId: string, key?: string) => costOf('placeBet', 409, betOn(eventId, key));
const resume = () => meter.during(() => recording.resumeSettlements());
/** Everything that a result costs, sweep and all. */
const decide = (eventId: string, status: 'WIN' | 'LOSE') =>
  meter.during(async () => {
    await recording.call('settleEvent', resultOf(eventId, status));
    await recording.resumeSettlements();
  });
const placeMany = (eventId: string, count: number) =>
  meter.during(() =>
    Promise.all(Array.from({ length: count }, () => recording.call('placeBet', betOn(eventId)))),
  );
/** An event with so many fences, of which the process knows. */
async function eventWith(fences: number): Promise<string> {
  const eventId = newEvent();
  await recording.within(async ({ store, known, now }) => {
    let event = await store.events.enlist(eventId, now());
    while (event.fences < fences) {
      event = (await store.events.widen(event, 4 * event.fences)) ?? event;
    }
    await store.fences.create(event, 0);
    known.remember(event);
  });
  return eventId;
}
/** Another process, which remembers nothing. */
const forget = (eventId: string) => recording.within(async ({ known }) => known.forget(eventId));

describe('the units of more fences', () => {
  it('are one for each, and one for their number', async () => {
    const eventId = newEvent();
    await place(eventId);

    // The try that met another writer is paid for, but here it does not reach the store.
    recording.conflict(1, 2);
    expect(await place(eventId)).toEqual({ ...NOTHING, write: 5 + 1 + 3 });
  });
});

describe('the units of a bet', () => {
  it('are five, or six if the index’s part of a transaction is doubled', async () => {
    const eventId = newEvent();
    await place(eventId);

    const alone = await place(eventId);
    const doubled = await meter.during(() => recording.call('placeBet', betOn(eventId)), 2);

    expect(alone).toEqual({ ...NOTHING, write: 5 });
    expect(doubled.write).toBe(6);
  });

  it('of the first on an event are four more, and a read for each process', async () => {
    const eventId = newEvent();

    expect(await place(eventId)).toEqual({ ...NOTHING, write: 5 + 4, read: 1 });
    await forget(eventId);
    expect(await place(eventId)).toEqual({ ...NOTHING, write: 5, read: 1 });
  });

  it('with a key are two more', async () => {
    const eventId = newEvent();
    await place(eventId);

    expect(await place(eventId, LONGEST_KEY)).toEqual({ ...NOTHING, write: 7 });
  });

  it('in a group are three, and two for the count of all', async () => {
    const eventId = newEvent();
    await place(eventId);

    // One leaves alone, and 48 follow together.
    expect(await placeMany(eventId, 49)).toEqual({ ...NOTHING, write: 5 + (2 + 48 * 3) });
  });

  it('that is replayed are those of its transaction, and reads of bet and result', async () => {
    const eventId = newEvent();
    await place(eventId, 'replayed');

    // Four units of an index are not there: nothing was stored.
    expect(await place(eventId, 'replayed')).toEqual({ ...NOTHING, write: 6, read: 2 });
  });

  it('that is refused are reads where the process knows the result, and else its try', async () => {
    const eventId = newEvent();
    await place(eventId);
    await decide(eventId, 'WIN');

    expect(await refuse(eventId)).toEqual({ ...NOTHING, write: 4, read: 1 });
    expect(await refuse(eventId)).toEqual({ ...NOTHING, read: 1 });
    expect(await refuse(eventId, 'late')).toEqual({ ...NOTHING, read: 1 + 2 });
    await forget(eventId);
    expect(await refuse(eventId)).toEqual({ ...NOTHING, read: 2 });
  });
});

describe('the units of a result besides its bets', () => {
  it.each([
    [1, 8, 2.5],
    [4, 11, 7],
    [16, 23, 25],
    [64, 71, 97],
  ])('with %d fences are %d written, and %d read', async (fences, write, read) => {
    const eventId = await eventWith(fences);
    for (let number = 0; number < 20; number += 1) await place(eventId);

    const first = await costOf('settleEvent', 200, resultOf(eventId, 'WIN'));
    const correction = await costOf('settleEvent', 200, resultOf(eventId, 'LOSE'));

    expect(first.onBets).toBe(20);
    expect(first.write - first.onBets).toBe(write);
    expect(first.read).toBeLessThanOrEqual(read);
    // It closes nothing.
    expect(correction).toEqual({ onBets: 20, write: 20 + 4, read: first.read });
  });

  it('on an event that nobody knew are three more', async () => {
    expect(await costOf('settleEvent', 200, resultOf(newEvent(), 'WIN'))).toEqual({
      ...NOTHING,
      // Without bets it is settled at once.
      write: 3 + (1 + 1) + 1 + (1 + 2 + 1),
      read: 1,
    });
  });

  it('that is in force already are a read', async () => {
    const eventId = newEvent();
    await decide(eventId, 'WIN');

    expect(await decide(eventId, 'WIN')).toEqual({ ...NOTHING, read: 1 + 1.5 });
  });

  it('on many bets are no more: its one fence is not marked, as the event is', async () => {
    const eventId = newEvent();
    await placeMany(eventId, 150);

    const settled = await decide(eventId, 'WIN');
    const corrected = await decide(eventId, 'LOSE');

    expect(settled).toMatchObject({ onBets: 150, write: 150 + 8 });
    expect(corrected).toMatchObject({ onBets: 150, write: 150 + 4 });
  });
});

describe('the units of a look', () => {
  it.each([1, 4, 16, 64])(
    'at an open event with %d fences are one, and one a fence',
    async (fences) => {
      const eventId = await eventWith(fences);
      await place(eventId);

      expect(await costOf('getEvent', 200, onEvent(eventId))).toEqual({
        ...NOTHING,
        read: 1 + fences,
      });
    },
  );

  it('at an event with a fence and no bet are two more, for a look past no write', async () => {
    const eventId = await eventWith(1);

    expect(await costOf('getEvent', 404, onEvent(eventId))).toEqual({ ...NOTHING, read: 4 });
  });

  it('at a settled event are one', async () => {
    const eventId = newEvent();
    await place(eventId);
    await decide(eventId, 'WIN');

    expect(await costOf('getEvent', 200, onEvent(eventId))).toEqual({ ...NOTHING, read: 1 });
  });

  it('by the resumer that finds nothing are a half, and one for the layout', async () => {
    await resume();

    expect(await resume()).toEqual({ ...NOTHING, read: 1.5 });
  });
});

describe('the units of a page', () => {
  let book: Recording;
  let bookMeter: typeof meter;
  const quiet = Array.from({ length: 100 }, (_, number) => `sr:match:${number}`);
  const crowded = 'sr:match:100';
  beforeAll(async () => {
    book = await recordHandlers((client) => (bookMeter = metered(client)).client);
    await book.warmUp();
    for (const eventId of quiet) await book.call('placeBet', betOn(eventId));
    for (let bet = 0; bet <= 100; bet += 1) await book.call('placeBet', betOn(crowded));
  });
  afterAll(() => book.close());
  const readBy = async (name: string, query: Record<string, string>): Promise<number> => {
    const units = await bookMeter.during(async () => {
      expect(await book.call(name, { query })).toMatchObject({ statusCode: 200 });
    });
    expect(units).toEqual({ ...NOTHING, read: units.read });
    return units.read;
  };
  const ofEvents = (more = {}): Promise<number> => readBy('listEvents', { limit: '100', ...more });
  const ofBets = (more = {}): Promise<number> => readBy('listBets', { limit: '100', ...more });

  it('of 100 events are one a shard, one an event, and its fences if it is open', async () => {
    expect(await ofEvents()).toBe(16 + 100 + 100);
    // An index costs half.
    expect(await ofEvents({ state: 'open' })).toBe(8 + 100 + 100);
    expect(await ofEvents({ state: 'settling' })).toBe(0.5);
  });

  it('of 100 bets are one a shard, or two, and one an event for its result', async () => {
    const read = await ofBets();

    // How many of the bets are in a shard is chance.
    expect(read).toBeGreaterThanOrEqual(16 + 1);
    expect(read).toBeLessThanOrEqual(2 * 16 + 1);
  });

  it('of bets with a status are those of the bets that were looked through', async () => {
    // 10, 20, 40, 80 and the last 51 of 201 bets, of which none is won.
    const read = await ofBets({ limit: '10', status: 'won' });

    expect(read).toBeGreaterThanOrEqual(5 * 16);
    expect(read).toBeLessThanOrEqual(2 * 5 * 16 + 101 * 5);
  });

  it('of 100 bets on an event are one a bet', async () => {
    expect(await ofBets({ event_id: crowded })).toBe(1 + 1 + 101 + 1);
  });

  it('of 100 settled events are no fences', async () => {
    for (const eventId of [crowded, ...quiet]) {
      await book.call('settleEvent', resultOf(eventId, 'WIN'));
    }
    await book.resumeSettlements();

    expect(await ofEvents()).toBe(16 + 100);
    expect(await ofEvents({ state: 'settled' })).toBe(8 + 100);
  });
});

describe('the items', () => {
  it('are below one KB, as the largest bet is even when it is settled', () => {
    const behind = { eventId: LONGEST_ID, fence: 63 };
    const bet = placedBet(1, { eventId: LONGEST_ID, amountMinor: 100_000_000_000n });
    const counts = { placed: 1n, stakedMinor: 1n, sweptVersion: 1n };
    const fence = { eventFence: eventFenceKey(behind), closedAt: NOON_TEXT, ...counts };

    expect(itemBytes({ ...newBetItem(bet, 63), settledAt: NOON_TEXT })).toBeLessThan(1024);
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

  it('says what an open console reads each time, and a day', () => {
    const guide = readFileSync(join(import.meta.dirname, '../../docs/deploy.md'), 'utf8');

    // The pages as they are counted above. The latest bets are eight.
    const [open, settled, latest] = [16 + 100 + 100, 16 + 100, 16 + 8];
    const looks = [3 * open + latest, open + 2 * settled + latest, 2 * 16 + 100, 1 + 1 + 101 + 2];
    const aDay = (read: number, seconds: number): string => {
      const units = (24 * 60 * 60 * read) / seconds / 1e6;
      return `${units.toFixed(1)} M, $${(0.125 * units).toFixed(2)}`;
    };
    const rows = looks.map((read) =>
      [read, aDay(read, 3), aDay(read, 15), aDay(read, 60)].join(' | '),
    );
    const said = [...guide.matchAll(/^\| [^|]+\| (\d+ .* M, .*?) +\|$/gm)].map(
      ([, cells]) => cells,
    );
    expect(said.map((cells) => cells?.replaceAll(/ +\| +/g, ' | '))).toEqual(rows);
  });
});
