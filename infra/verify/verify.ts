import type * as z from 'zod';
import type { WholeTables } from '../../lib/dynamodb/wholeTables.ts';
import { LAYOUT_KEY, type TableName } from '../../lib/dynamodb/tables.ts';
import { judgeBet } from './bets.ts';
import { Book } from './book.ts';
import { judgeEvent } from './events.ts';
import * as items from './items.ts';
import { requestHashOf, shardOf, type Violation } from './rules.ts';

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
  tell(missingIndexes(await tables.missingIndexes()));
  const readAll = async <Schema extends z.ZodType>(
    table: TableName,
    schema: Schema,
    onItems: (given: z.output<Schema>[]) => void | Promise<void>,
    onUnreadable: (item: Item) => void = () => {},
  ): Promise<void> => {
    await tables.scan(table, async (all) => {
      const page = all.filter((item) => !isLayout(table, item));
      for (const item of all) if (isLayout(table, item)) tell(judgeLayout(item));
      const readable: z.output<Schema>[] = [];
      for (const item of page) {
        const { data, error } = schema.safeParse(item);
        if (error === undefined) readable.push(data);
        else {
          onUnreadable(item);
          listener.violation(unreadable(table, item, error));
        }
      }
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
  await readAll('idempotencyKeys', items.key, async (keys) => tell(await judgeKeys(tables, keys)));
  for (const page of book.pages()) tell(judgeEvent(page, now));
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

async function judgeKeys(
  tables: WholeTables,
  keys: readonly z.output<typeof items.key>[],
): Promise<Violation[]> {
  const wanted = [...new Set(keys.map(({ betId }) => betId))];
  const betKeys = wanted.map((betId) => ({ shard: betId.slice(-1), betId }));
  const found = await tables.get('bets', betKeys);
  const bets = new Map(found.map((item) => [item['betId'], items.bet.safeParse(item).data]));
  return keys.flatMap((record) => {
    const { key, betId, requestHash } = record;
    const where = { table: 'idempotencyKeys', key: { key } } as const;
    if (!bets.has(betId)) {
      const detail = `it stands for bet ${betId}, which is not there`;
      const mendings = [{ ...where, was: record, to: 'nothing' as const }];
      return { kind: 'key-without-bet', ...where, detail, mendings };
    }
    const bet = bets.get(betId);
    // A bet that cannot be read is a violation by itself.
    if (bet === undefined || requestHashOf(bet.eventId, bet.amountMinor) === requestHash) return [];
    const detail = `it stands for another request than bet ${betId}`;
    return { kind: 'key-of-another-bet', ...where, detail };
  });
}
