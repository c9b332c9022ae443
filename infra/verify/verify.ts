import type * as z from 'zod';
import type { WholeTables } from '../../lib/dynamodb/wholeTables.ts';
import { LAYOUT_KEY, type TableName } from '../../lib/dynamodb/tables.ts';
import { judgeBet } from './bets.ts';
import { Book } from './book.ts';
import { judgeEvent } from './events.ts';
import { type Index, INDEXES, IndexTallies } from './indexes.ts';
import * as items from './items.ts';
import { BetsWithKeys, judgeDoubles, judgeKeys } from './keys.ts';
import { shardOf, type Violation } from './rules.ts';

type Item = Record<string, unknown>;

/** Who hears of the work. */
export interface Listener {
  violation(violation: Violation): void;
  /** So many items of a table were read; told after each page. */
  read(table: TableName, items: number): void;
}

/** Names of the attributes that make a table's key. */
const KEYS: Record<TableName, readonly string[]> = {
  bets: ['shard', 'betId'],
  fences: ['eventFence'],
  events: ['eventId'],
  eventList: ['shard', 'listKey'],
  idempotencyKeys: ['key'],
};

/**
 * Reads all tables and holds them against each other. Nothing of the service takes part in it but
 * the connection to the store. It keeps a page in memory for each event, and none for a bet. `now`
 * is an instant: when an event of which nothing tells the age is said to have begun.
 */
export async function verify(tables: WholeTables, listener: Listener, now: string): Promise<void> {
  const book = new Book();
  const tell = (found: Iterable<Violation>): void => {
    for (const each of found) listener.violation(each);
  };
  const missing = await tables.missingIndexes();
  tell(missingIndexes(missing));
  const indexes = wantedIn(missing);
  const readAll = async <Schema extends z.ZodType>(
    table: TableName,
    schema: Schema,
    onItems: (given: z.output<Schema>[]) => void | Promise<void>,
    onUnreadable: (item: Item) => void = () => {},
  ): Promise<void> => {
    await tables.scan(table, async (all) => {
      const page = all.filter((item) => !isLayout(table, item));
      for (const item of all) if (isLayout(table, item)) tell(judgeLayout(item));
      for (const { index, wanted } of indexes) if (index.table === table) wanted.noteAll(page);
      const readable = page.flatMap((item): z.output<Schema>[] => {
        const { data, error } = schema.safeParse(item);
        if (error === undefined) return [data];
        onUnreadable(item);
        listener.violation(unreadable(table, item, error));
        return [];
      });
      await onItems(readable);
      listener.read(table, page.length);
    });
  };

  await readAll(
    'events',
    items.event,
    (events) => {
      for (const event of events) book.pageOf(event.eventId).event = event;
    },
    ({ eventId }) => void (book.pageOf(String(eventId)).isUnreadable = true),
  );
  await readAll('fences', items.fence, (fences) => {
    for (const fence of fences) book.noteFence(fence);
  });
  await readAll('eventList', items.listEntry, (entries) => {
    for (const entry of entries) tell(judgeEntry(entry, book));
  });
  await readAll('bets', items.bet, (bets) => {
    for (const bet of bets) {
      book.noteBet(bet);
      tell(judgeBet(bet, book.pageOf(bet.eventId)));
    }
  });
  const withKeys = new BetsWithKeys();
  await readAll('idempotencyKeys', items.key, async (keys) => {
    for (const each of keys) withKeys.note(each);
    tell(await judgeKeys(tables, keys));
  });
  for (const page of book.pages()) tell(judgeEvent(page, now));
  for (const { index, wanted } of indexes) tell(await judgeIndex(tables, index, wanted));
  tell(await judgeDoubles(tables, withKeys));
}

/** What each index that is there must hold; nothing of it is known yet. */
function wantedIn(missing: readonly { index: string }[]) {
  const there = INDEXES.filter(({ name }) => !missing.some(({ index }) => index === name));
  return there.map((index) => ({ index, wanted: new IndexTallies(index) }));
}

/** An index may lag: what differs is looked at again before it is told. */
async function judgeIndex(tables: WholeTables, index: Index, wanted: IndexTallies) {
  let found: Violation[] = [];
  const caughtUp = await tables.catchesUp(async () => {
    const seen = new IndexTallies(index);
    await tables.scanIndex(index.table, index.name, (page) => seen.noteAll(page));
    found = [...seen.differences(wanted)];
    return found.length === 0;
  });
  return caughtUp ? [] : found;
}

/** What the store says of its tables stands in one of them. */
function isLayout(table: TableName, { shard }: Item): boolean {
  return table === 'eventList' && shard === LAYOUT_KEY.shard;
}

function* missingIndexes(missing: Awaited<ReturnType<WholeTables['missingIndexes']>>) {
  for (const { table, index } of missing) {
    const detail = `the table has no index ${index}`;
    yield { kind: 'index-missing', table, key: { index }, detail } as const;
  }
}

function unreadable(table: TableName, item: Item, { issues }: z.ZodError): Violation {
  const key = Object.fromEntries(KEYS[table].map((name) => [name, item[name]]));
  const detail = issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  return { kind: 'unreadable-item', table, key, detail };
}

function* judgeLayout({ layout, ...key }: Item): Generator<Violation> {
  if (layout === items.KNOWN_LAYOUT) return;
  const detail = `the store has layout ${String(layout)}, and this is for ${items.KNOWN_LAYOUT}`;
  yield { kind: 'other-layout', table: 'eventList', key, detail };
}

/**
 * An entry that its event does not name is nobody's: who met the event at the same time wrote it.
 * Readers pass over it.
 */
function* judgeEntry(
  { shard, listKey, eventId }: z.output<typeof items.listEntry>,
  book: Book,
): Generator<Violation> {
  if (shard === shardOf(eventId) && /^.{24} (.+)$/su.exec(listKey)?.[1] === eventId) {
    const page = book.pageOf(eventId);
    if (page.event?.listKey === listKey) page.isListed = true;
    if (page.event === undefined) page.strayListKey = listKey;
    return;
  }
  const detail = `it is the place of ${eventId}`;
  yield { kind: 'entry-misplaced', table: 'eventList', key: { shard, listKey }, detail };
}
