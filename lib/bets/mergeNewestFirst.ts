import type { Page } from './store.ts';

/** Reads up to `count` items older than the key `before` from one sorted place, newest first. */
export type Source<Item> = (before: string | undefined, count: number) => Promise<Page<Item>>;

interface Reader<Item> {
  source: Source<Item>;
  ahead: Item[];
  last: string | undefined;
  end: boolean;
}

/**
 * The newest `limit` items of several sources that are sorted by the same kind of key. Each is first asked for its even share and
 * four standard deviations more, so a second round of reads is rare; a refill brings at least one
 * item or the end, so there are at most `limit` + sources of them.
 */
export async function mergeNewestFirst<Item>(
  sources: readonly Source<Item>[],
  keyOf: (item: Item) => string,
  limit: number,
): Promise<Item[]> {
  const share = limit / Math.max(1, sources.length);
  const count = Math.min(limit, Math.ceil(share + 4 * Math.sqrt(share)));
  const readers = sources.map((source): Reader<Item> => {
    return { source, ahead: [], last: undefined, end: false };
  });
  const refill = async (reader: Reader<Item>): Promise<void> => {
    const page = await reader.source(reader.last, count);
    // Kept oldest first, so that taking the newest is a pop.
    reader.ahead = page.items.toReversed();
    const oldest = page.items.at(-1);
    reader.last = oldest === undefined ? reader.last : keyOf(oldest);
    reader.end = page.end;
  };

  const merged: Item[] = [];
  while (merged.length < limit) {
    const dry = readers.filter((reader) => reader.ahead.length === 0 && !reader.end);
    if (dry.length > 0) await Promise.all(dry.map(refill));
    const newest = newestReader(readers, keyOf)?.ahead.pop();
    if (newest === undefined) break;
    merged.push(newest);
  }
  return merged;
}

function newestReader<Item>(
  readers: readonly Reader<Item>[],
  keyOf: (item: Item) => string,
): Reader<Item> | undefined {
  let newest: { reader: Reader<Item>; key: string } | undefined;
  for (const reader of readers) {
    const head = reader.ahead.at(-1);
    if (head !== undefined && (newest === undefined || keyOf(head) > newest.key)) {
      newest = { reader, key: keyOf(head) };
    }
  }
  return newest?.reader;
}
