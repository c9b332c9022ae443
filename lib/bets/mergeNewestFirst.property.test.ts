import * as fc from 'fast-check';
import { mergeNewestFirst, type Source } from './mergeNewestFirst.ts';

interface Shard {
  ids: string[];
  /** How many of the items asked for each page brings; the store may always bring fewer. */
  pages: number[];
  /** Whether the last item's page already says that nothing lies beyond. */
  tellsEndAtOnce: boolean;
}

/** Ids of events among them, which sort by their bytes: an emoji above a letter of full width. */
const id = fc.string({
  unit: fc.constantFrom('0', '9', 'a', 'f', '\uff21', '🏀'),
  minLength: 1,
  maxLength: 6,
});

/** As DynamoDB sorts: by the bytes of UTF-8. */
const inOrder = (texts: readonly string[]): string[] =>
  texts.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
const isBelow = (text: string, bound: string): boolean =>
  text !== bound && inOrder([text, bound])[0] === text;

const shards = fc
  .uniqueArray(fc.tuple(id, fc.nat({ max: 15 })), { selector: ([text]) => text, maxLength: 120 })
  .chain((placed) => {
    const shard = (number: number): fc.Arbitrary<Shard> =>
      fc.record({
        ids: fc.constant(placed.flatMap(([text, at]) => (at === number ? [text] : []))),
        pages: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
        tellsEndAtOnce: fc.boolean(),
      });
    return fc.tuple(...Array.from({ length: 16 }, (_, number) => shard(number)));
  });

function sourceOf({ ids, pages, tellsEndAtOnce }: Shard, onRead: () => void): Source<string> {
  const newestFirst = inOrder(ids).toReversed();
  let reads = 0;
  return async (before, count) => {
    onRead();
    const older = newestFirst.filter((text) => before === undefined || isBelow(text, before));
    const items = older.slice(0, Math.min(count, pages[reads++ % pages.length] ?? 1));
    const ended = items.length === older.length;
    return { items, end: ended && (tellsEndAtOnce || items.length === 0) };
  };
}

describe('mergeNewestFirst', () => {
  it('is the head of all items sorted, whatever the shards, pages and limit', async () => {
    await fc.assert(
      fc.asyncProperty(shards, fc.integer({ min: 1, max: 150 }), async (given, limit) => {
        let reads = 0;
        const all = given.flatMap((shard) => shard.ids);
        const sources = given.map((shard) => sourceOf(shard, () => (reads += 1)));

        const merged = await mergeNewestFirst(sources, (text) => text, limit);

        expect(merged).toEqual(inOrder(all).toReversed().slice(0, limit));
        expect(reads).toBeLessThanOrEqual(limit + 2 * sources.length);
      }),
      { numRuns: 200 },
    );
  });
});
