import { createServer } from 'node:http';
import { listen } from '../../infra/local/listen.ts';
import { createClient } from '../../lib/dynamodb/client.ts';
import { DeleteCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it, jest } from '@jest/globals';
import { join } from 'node:path';
import { repair } from '../../infra/verify/repair.ts';
import { type Kind, requestHashOf, type Violation } from '../../infra/verify/rules.ts';
import { verify } from '../../infra/verify/verify.ts';
import { placeBet } from '../../lib/bets/placeBet.ts';
import { getEvent } from '../../lib/bets/readEvents.ts';
import { settleEvent } from '../../lib/bets/settleEvent.ts';
import { LAYOUT_KEY, TABLE_NAMES, tableNames, type TableName } from '../../lib/dynamodb/tables.ts';
import { WholeTables } from '../../lib/dynamodb/wholeTables.ts';
import { type OpenStore, openStore } from '../support/openStore.ts';
import { runMain } from '../support/runMain.ts';
import { admitWithFour, placeMany } from './parts.ts';

jest.setTimeout(600_000);

const NOW = '2026-11-27T12:00:00.000Z';
const HOUR_LATER = '2026-11-27T13:00:00.000Z';
type Item = Record<string, unknown>;

/** A book with an open, a settled and a corrected event, to break something in. */
async function newBook() {
  const opened = await openStore();
  const { run } = opened;
  const place = (eventId: string, idempotencyKey?: string) =>
    run(placeBet, { eventId, amountMinor: 250n, idempotencyKey });
  const first = (await place('won', 'key-of-won')).bet;
  await placeMany(opened, 'won', 2);
  await run(settleEvent, { eventId: 'won', outcome: 'WIN' });
  const corrected = (await place('corrected')).bet;
  await run(settleEvent, { eventId: 'corrected', outcome: 'WIN' });
  await run(settleEvent, { eventId: 'corrected', outcome: 'LOSE' });
  await run(settleEvent, { eventId: 'without-bets', outcome: 'LOSE' });
  await admitWithFour(opened, 'open#1');
  const open = (await place('open#1', 'key-of-open')).bet;
  await placeMany(opened, 'open#1', 5);
  return { ...opened, whole: wholeOf(opened), first, corrected, open };
}
type OpenBook = Awaited<ReturnType<typeof newBook>>;

function wholeOf({ client, tables }: OpenStore): WholeTables {
  return new WholeTables(client, tables, unhurried);
}
const { signal } = new AbortController();
const unhurried = { deadline: () => signal, sleep: async () => {}, random: () => 0 };

/** An index lacks an item of a name in the first looks; real ones cannot be made to lag. */
class LaggingTables extends WholeTables {
  readonly #lag: { looks: number; index: string; of: Item };

  constructor({ client, tables }: OpenStore, looks: number, index: string, of: Item) {
    super(client, tables, unhurried);
    this.#lag = { looks, index, of };
  }

  override scanIndex(...[table, index, onPage]: Parameters<WholeTables['scanIndex']>) {
    let hides = index === this.#lag.index && (this.#lag.looks -= 1) >= 0;
    const isOf = (item: Item) =>
      Object.entries(this.#lag.of).every(([name, value]) => item[name] === value);
    return super.scanIndex(table, index, (page) => {
      const hidden = hides ? page.find(isOf) : undefined;
      if (hidden !== undefined) hides = false;
      return onPage(page.filter((item) => item !== hidden));
    });
  }
}

const listenTo = (found: Violation[]) => ({
  violation: (each: Violation) => void found.push(each),
  read: () => {},
});

async function violationsIn({ whole }: Pick<OpenBook, 'whole'>): Promise<Violation[]> {
  const found: Violation[] = [];
  await verify(whole, listenTo(found), NOW);
  return found;
}

/** Sets attributes of an item, and takes those away that are undefined. */
async function change(book: OpenStore, table: TableName, Key: Item, to: Item): Promise<void> {
  const names = Object.keys(to);
  const set = names.filter((name) => to[name] !== undefined);
  const gone = names.filter((name) => to[name] === undefined);
  const setting = set.map((name) => `#${name} = :${name}`).join(', ');
  const removing = gone.map((name) => `#${name}`).join(', ');
  await book.client.send(
    new UpdateCommand({
      TableName: book.tables[table],
      Key,
      UpdateExpression: `${setting && `SET ${setting} `}${removing && `REMOVE ${removing}`}`,
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ...(set.length > 0 && {
        ExpressionAttributeValues: Object.fromEntries(set.map((name) => [`:${name}`, to[name]])),
      }),
    }),
  );
}

async function remove(book: OpenStore, table: TableName, Key: Item): Promise<void> {
  await book.client.send(new DeleteCommand({ TableName: book.tables[table], Key }));
}

async function put(book: OpenStore, table: TableName, Item: Item): Promise<void> {
  await book.client.send(new PutCommand({ TableName: book.tables[table], Item }));
}

const keyOfBet = (betId: string) => ({ shard: betId.slice(-1), betId });

/** Everything of a table. */
async function all(book: OpenBook, table: TableName): Promise<Item[]> {
  const items: Item[] = [];
  await book.whole.scan(table, (page) => void items.push(...page));
  return items;
}

type Plant = (book: OpenBook) => Promise<void>;

const MENDED: [Kind, string, Plant][] = [
  [
    'bet-result',
    'a bet says another result than the version that it is stored at',
    (book) => change(book, 'bets', keyOfBet(book.first.id), { status: 'lost' }),
  ],
  [
    'bet-result',
    'a bet is ahead of its event',
    (book) => change(book, 'bets', keyOfBet(book.first.id), { outcomeVersion: 2 }),
  ],
  [
    'bet-result',
    'a bet on an open event is settled',
    (book) =>
      change(book, 'bets', keyOfBet(book.open.id), {
        status: 'won',
        outcomeVersion: 1,
        settledAt: NOW,
      }),
  ],
  [
    'bet-result',
    'a bet has the time of another result',
    (book) => change(book, 'bets', keyOfBet(book.first.id), { settledAt: HOUR_LATER }),
  ],
  [
    'bet-left-behind',
    'a settled event has a pending bet',
    (book) =>
      change(book, 'bets', keyOfBet(book.corrected.id), {
        status: 'pending',
        outcomeVersion: 0,
        settledAt: undefined,
      }),
  ],
  [
    'event-state',
    'a settled event is still said to be unfinished',
    (book) => change(book, 'events', { eventId: 'won' }, { unfinished: '1' }),
  ],
  [
    'event-state',
    'a settlement goes on and nobody would find it',
    (book) => change(book, 'events', { eventId: 'won' }, { state: 'settling' }),
  ],
  [
    'event-state',
    'an event with a result is listed with those that have none',
    (book) => change(book, 'events', { eventId: 'won' }, { stateShard: 'no-result#0' }),
  ],
  [
    'event-state',
    'an intent is left beside a result',
    (book) =>
      change(
        book,
        'events',
        { eventId: 'won' },
        { intent: { id: 'decision', outcome: 'WIN', decidedAt: NOW } },
      ),
  ],
  [
    'event-count',
    'an event counts a bet too many',
    (book) => change(book, 'events', { eventId: 'won' }, { bets: 4 }),
  ],
  [
    'event-count',
    'the stakes of an event are a cent off',
    (book) => change(book, 'events', { eventId: 'won' }, { stakedMinor: 451 }),
  ],
  [
    'event-not-listed',
    'an event is not in the list of events',
    async (book) => {
      const entry = (await all(book, 'eventList')).find(({ eventId }) => eventId === 'won');
      await remove(book, 'eventList', { shard: entry?.['shard'], listKey: entry?.['listKey'] });
    },
  ],
  [
    'event-missing',
    'bets are on an event that is not there',
    (book) => remove(book, 'events', { eventId: 'open#1' }),
  ],
  [
    'fence-count',
    'a fence counts a bet too many',
    (book) => change(book, 'fences', { eventFence: 'won#0' }, { placed: 4 }),
  ],
  [
    'fence-count',
    'the stakes behind a fence are a cent off',
    (book) => change(book, 'fences', { eventFence: 'won#0' }, { stakedMinor: 449 }),
  ],
  [
    'fence-missing',
    'a fence of an event with a result is not there',
    (book) => remove(book, 'fences', { eventFence: 'without-bets#0' }),
  ],
  [
    'fence-missing',
    'a fence that bets are behind is not there',
    async (book) => {
      const [bet] = await book.whole.get('bets', [keyOfBet(book.open.id)]);
      await remove(book, 'fences', { eventFence: bet?.['eventFence'] });
    },
  ],
  [
    'fence-beyond-number',
    'an event has a fence more than it knows',
    (book) => put(book, 'fences', { eventFence: 'open#1#7', placed: 0, stakedMinor: 0 }),
  ],
  [
    'fence-open',
    'a fence of an event with a result lets bets through',
    (book) => change(book, 'fences', { eventFence: 'won#0' }, { closedAt: undefined }),
  ],
  [
    'fence-closed',
    'a fence of an open event lets no bet through',
    (book) => change(book, 'fences', { eventFence: 'open#1#2' }, { closedAt: NOW }),
  ],
  [
    'fence-swept',
    'a fence says that its bets have a version that their event has not',
    (book) => change(book, 'fences', { eventFence: 'won#0' }, { sweptVersion: 2 }),
  ],
  [
    'key-without-bet',
    'a key stands for a bet that is not there',
    (book) =>
      put(book, 'idempotencyKeys', {
        key: 'key-of-nothing',
        betId: '01a203aa-93ed-7394-bba1-65f07fb629c1',
        requestHash: requestHashOf('won', 1n),
      }),
  ],
];

/** What follows from nothing that is left. */
const NAMED: [Kind, string, Plant][] = [
  [
    'other-layout',
    'the store has another layout',
    (book) => put(book, 'eventList', { ...LAYOUT_KEY, layout: 3 }),
  ],
  [
    'unreadable-item',
    'a bet has no amount',
    (book) => change(book, 'bets', keyOfBet(book.first.id), { amountMinor: undefined }),
  ],
  [
    'bet-misplaced',
    'a bet is behind the fence of another event',
    (book) => change(book, 'bets', keyOfBet(book.first.id), { eventFence: 'corrected#0' }),
  ],
  [
    'event-history',
    'the history of an event has a gap',
    async (book) => {
      const [event] = await book.whole.get('events', [{ eventId: 'without-bets' }]);
      const [verdict] = Array.isArray(event?.['history']) ? event['history'] : [];
      const history = [verdict, { ...verdict, version: 3n, id: 'another' }];
      await change(book, 'events', { eventId: 'without-bets' }, { history });
    },
  ],
  [
    'entry-misplaced',
    'an entry is in another part of the list than its event',
    (book) => put(book, 'eventList', { shard: 'x', listKey: `${NOW} won`, eventId: 'won' }),
  ],
  [
    'two-keys-of-a-bet',
    'a bet has a second key',
    (book) =>
      put(book, 'idempotencyKeys', {
        key: 'another-key',
        betId: book.first.id,
        requestHash: requestHashOf('won', 250n),
      }),
  ],
  [
    'key-of-another-bet',
    'a key stands for another request than its bet',
    (book) => change(book, 'idempotencyKeys', { key: 'key-of-won' }, { requestHash: 'another' }),
  ],
];

/** What five tables hold that were brought back, each to an instant of its own. */
type Restored = Record<TableName, Item[]>;

async function backUp(book: OpenBook): Promise<Restored> {
  const [bets, fences, events, eventList, idempotencyKeys] = await Promise.all(
    TABLE_NAMES.map((table) => all(book, table)),
  );
  const none: Item[] = [];
  return {
    bets: bets ?? none,
    fences: fences ?? none,
    events: events ?? none,
    eventList: eventList ?? none,
    idempotencyKeys: idempotencyKeys ?? none,
  };
}

/** A store with other tables, and the service on it. */
async function restoredTo(restored: Restored) {
  const opened = await openStore();
  for (const table of TABLE_NAMES) {
    for (const item of restored[table]) await put(opened, table, item);
  }
  return { ...opened, whole: wholeOf(opened) };
}

/** What happens while the tables are being backed up. */
async function goOn(book: OpenBook): Promise<void> {
  const place = (eventId: string, idempotencyKey: string) =>
    book.run(placeBet, { eventId, amountMinor: 100n, idempotencyKey });
  await place('open#1', 'later-key');
  await place('new', 'key-of-new');
  await book.run(settleEvent, { eventId: 'corrected', outcome: 'WIN' });
  await book.run(settleEvent, { eventId: 'open#1', outcome: 'WIN' });
}

describe('tables that were brought back, each to an instant of its own', () => {
  it.each(TABLE_NAMES)('fit after a repair, also when %s is of another instant', async (table) => {
    await using book = await newBook();
    const earlier = await backUp(book);
    await goOn(book);
    const later = await backUp(book);
    for (const restored of [
      { ...earlier, [table]: later[table] },
      { ...later, [table]: earlier[table] },
    ]) {
      await using service = await restoredTo(restored);

      const { overtaken, left } = await repair(service.whole, listenTo([]), NOW);
      await service.run(placeBet, { eventId: 'fresh', amountMinor: 1n });
      await service.run(settleEvent, { eventId: 'open#1', outcome: 'LOSE' });
      await service.run(settleEvent, { eventId: 'corrected', outcome: 'LOSE' });
      const event = await service.run(getEvent, 'open#1');

      const bets = restored.bets.filter(({ eventId }) => eventId === 'open#1').length;
      expect([overtaken, left]).toEqual([0, []]);
      expect(event).toMatchObject({ state: 'settled', bets: { total: bets, settled: bets } });
      expect(await violationsIn(service)).toEqual([]);
    }
  });
});

describe('verify', () => {
  it('finds nothing wrong with what the service stored', async () => {
    await using book = await newBook();

    expect(await violationsIn(book)).toEqual([]);
  });

  it.each(MENDED)('names %s when %s, and --repair mends it', async (kind, _what, plant) => {
    await using book = await newBook();
    await plant(book);

    const found = await violationsIn(book);
    const repaired = await repair(book.whole, listenTo([]), NOW);
    const after = await violationsIn(book);

    expect(found.map((each) => each.kind)).toEqual([kind]);
    expect(repaired).toEqual({ mended: found[0]?.mendings?.length, overtaken: 0, left: [] });
    expect(after).toEqual([]);
  });

  it.each(NAMED)('names %s when %s, and leaves it to people', async (kind, _what, plant) => {
    await using book = await newBook();
    await plant(book);

    const { left } = await repair(book.whole, listenTo([]), NOW);

    expect(left.map((each) => each.kind)).toContain(kind);
    expect(left.find((each) => each.kind === kind)).not.toHaveProperty('mendings');
  });

  it.each([
    ['bets', 'byEvent', { eventFence: 'won#0' }, '2 items of it, and the table has 3'],
    ['events', 'unfinished', { eventId: 'settling' }, '0 items of it, and the table has 1'],
    ['events', 'byState', { eventId: 'won' }, '0 items of it, and the table has 1'],
  ] as const)('names what the index of %s, %s, lacks', async (table, index, key, says) => {
    await using book = await newBook();
    await book.run(({ store, now }) =>
      store.events
        .enlist('settling', now())
        .then(() =>
          store.events.noteIntent('settling', { id: 'one', outcome: 'WIN', decidedAt: now() }),
        ),
    );
    const found: Violation[] = [];
    const lags = new LaggingTables(book, Infinity, index, key);

    await verify(lags, listenTo(found), NOW);

    const where = { kind: 'index-differs', table, key };
    expect(found).toEqual([{ ...where, detail: `the index ${index} has ${says}, or others` }]);
  });

  it('waits for an index that lags', async () => {
    await using book = await newBook();
    const found: Violation[] = [];
    const lags = new LaggingTables(book, 3, 'byEvent', { eventFence: 'won#0' });

    await verify(lags, listenTo(found), NOW);

    expect(found).toEqual([]);
  });

  it('gives up a store that never ends an answer', async () => {
    const stalled = createServer((_request, response) => void response.writeHead(200).write('{'));
    const endpoint = `http://127.0.0.1:${await listen(stalled)}`;
    const deadline = () => AbortSignal.timeout(5);
    const tables = new WholeTables(createClient(endpoint), tableNames('any-'), {
      ...unhurried,
      deadline,
    });

    const mending = tables.mend({ table: 'fences', key: { eventFence: 'e#0' }, was: {}, to: {} });

    await expect(mending).rejects.toThrow('The store gave no answer in 20 tries.');
    stalled.closeAllConnections();
    await stalled[Symbol.asyncDispose]();
  });

  it('changes nothing that somebody else has changed meanwhile', async () => {
    await using book = await newBook();
    await change(book, 'fences', { eventFence: 'won#0' }, { placed: 4 });
    const [wrong] = await violationsIn(book);
    await change(book, 'fences', { eventFence: 'won#0' }, { placed: 5 });

    const mended = await Promise.all((wrong?.mendings ?? []).map((each) => book.whole.mend(each)));

    const [fence] = await book.whole.get('fences', [{ eventFence: 'won#0' }]);
    expect([mended, fence?.['placed']]).toEqual([[false], 5n]);
  });
});

const MAIN = join(import.meta.dirname, '../../infra/verify/main.ts');

/** Runs the command as `npm run verify` does. */
const command = (endpoint: string, prefix: string, ...options: string[]) =>
  runMain(MAIN, { DYNAMODB_ENDPOINT: endpoint, TABLE_PREFIX: prefix }, options);

describe('the command', () => {
  it('says that all fits, or what does not and what to do, and mends it on demand', async () => {
    await using book = await newBook();
    const [endpoint, prefix] = [book.endpoint, book.tables.bets.replace(/bets$/, '')];

    const good = await command(endpoint, prefix);
    await change(book, 'events', { eventId: 'won' }, { bets: 4 });
    const wrong = await command(endpoint, prefix);
    const json = await command(endpoint, prefix, '--json');
    const repaired = await command(endpoint, prefix, '--repair');

    const read = { bets: 10, events: 4, eventList: 4, fences: 7, idempotencyKeys: 2 };
    const detail = 'it counts 4 bets of 450 minor units, and there are 3 of 450';
    const where = { kind: 'event-count', table: 'events', key: { eventId: 'won' } };
    const advice = '--repair counts the bets on it and writes that.';
    expect([good.code, wrong.code, json.code, repaired.code]).toEqual([0, 1, 1, 0]);
    expect(good.output).toContain('0 violations. Read: {');
    expect(wrong.output).toContain(`event-count: events {"eventId":"won"}: ${detail}\n  ${advice}`);
    expect(JSON.parse(json.output)).toEqual({ read, violations: [{ ...where, detail, advice }] });
    expect(repaired.output).toContain('Mended: 1. Violations now: 0.');
  });

  it.each([
    ['of no store', 'memory', [], 'DYNAMODB_ENDPOINT must say where the tables are'],
    ['of an option that is not there', 'http://127.0.0.1:1', ['--mend'], 'Usage: npm run verify'],
  ])('ends with 2 when it is told %s', async (_case, endpoint, options, reason) => {
    const { code, errors } = await command(endpoint, 'bet-maker-', ...options);

    expect(code).toBe(2);
    expect(errors).toContain(reason);
  });

  it('ends with 2 and names a table that is not there', async () => {
    await using store = await openStore();

    const { code, errors } = await command(store.endpoint, 'nowhere-');

    expect(code).toBe(2);
    expect(errors).toMatch(
      /^verify cannot look at the tables\. The table nowhere-\w+ cannot be read/,
    );
  });
});
