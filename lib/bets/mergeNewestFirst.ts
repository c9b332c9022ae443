import type { Page } from './store.ts';

/** Reads up to `count` items older than the key `before` from one sorted place, newest first. */
export type Source<Item> = (before: string | undefined, count: number) => Promise<Page<Item>>;

type KeyOf<Item> = (item: Item) => string;

interface Reader<Item> {
  source: Source<Item>;
  ahead: Item[];
  last?: string | undefined;
  end?: boolean;
}

/**
 * The newest `limit` items of several sources, all sorted by one kind of key. Each is asked for its
 * even share and four standard deviations more, so a second round is rare. A refill brings at least
 * one item or the end, so there are at most `limit` + sources of them.
 */
export async function mergeNewestFirst<Item>(
  sources: readonly Source<Item>[],
  keyOf: KeyOf<Item>,
  limit: number,
): Promise<Item[]> {
  const share = limit / Math.max(1, sources.length);
  const count = Math.min(limit, Math.ceil(share + 4 * Math.sqrt(share)));
  const readers = sources.map((source): Reader<Item> => ({ source, ahead: [] }));
  const refill = async (reader: Reader<Item>): Promise<void> => {
    const { items, end } = await reader.source(reader.last, count);
    // Kept oldest first, so that taking the newest is a pop.
    reader.ahead = items.toReversed();
    reader.last = keyOfLast(items, keyOf) ?? reader.last;
    reader.end = end;
  };
  const merged: Item[] = [];
  while (merged.length < limit) {
    const dry = readers.filter((reader) => reader.ahead.length === 0 && reader.end !== true);
    if (dry.length > 0) await Promise.all(dry.map(refill));
    const newest = newestReader(readers, keyOf)?.ahead.pop();
    if (newest === undefined) break;
    merged.push(newest);
  }
  return merged;
}

function newestReader<Item>(readers: readonly Reader<Item>[], keyOf: KeyOf<Item>) {
  let newest: { reader: Reader<Item>; key: string } | undefined;
  for (const reader of readers) {
    const key = keyOfLast(reader.ahead, keyOf);
    if (key !== undefined && (newest === undefined || sortsAbove(key, newest.key))) {
      newest = { reader, key };
    }
  }
  return newest?.reader;
}

const SURROGATE = /[\ud800-\udfff]/;

/**
 * Whether a key comes after another as the store sorts them: by the bytes of UTF-8. JavaScript
 * compares units of UTF-16, by which an emoji comes before U+FF21.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.html
 */
function sortsAbove(key: string, other: string): boolean {
  if (!SURROGATE.test(key) && !SURROGATE.test(other)) return key > other;
  return Buffer.compare(Buffer.from(key), Buffer.from(other)) > 0;
}

/** The page in up to `limit` + 1 found items and, if one is left, where the next page begins. */
export function cutPage<Item>(found: readonly Item[], keyOf: KeyOf<Item>, limit: number) {
  const page = found.slice(0, limit);
  const next = found.length > limit ? keyOfLast(page, keyOf) : undefined;
  return { page, ...(next !== undefined && { next }) };
}

function keyOfLast<Item>(items: readonly Item[], keyOf: KeyOf<Item>): string | undefined {
  const last = items.at(-1);
  return last === undefined ? undefined : keyOf(last);
}
