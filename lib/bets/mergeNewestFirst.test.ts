import { mergeNewestFirst, type Source } from './mergeNewestFirst.ts';

type Call = [before: string | undefined, count: number];

function recorded(ids: string[], calls: Call[]): Source<string> {
  return async (before, count) => {
    calls.push([before, count]);
    const older = ids.filter((id) => before === undefined || id < before);
    return { items: older.slice(0, count), end: older.length <= count };
  };
}

const itself = (id: string): string => id;

describe('mergeNewestFirst', () => {
  it('is nothing without sources', async () => {
    expect(await mergeNewestFirst([], itself, 10)).toStrictEqual([]);
  });

  it('asks each of 16 sources for its share and four standard deviations, once', async () => {
    const calls: Call[] = [];
    const sources = Array.from({ length: 16 }, () => recorded([], calls));

    await mergeNewestFirst(sources, itself, 1001);

    // 1001 / 16 = 62.5625; its square root is 7.9096; 62.5625 + 4 × 7.9096 = 94.2.
    expect(calls).toEqual(Array.from({ length: 16 }, () => [undefined, 95]));
  });

  it('asks no source for more than the limit', async () => {
    const calls: Call[] = [];

    await mergeNewestFirst([recorded(['c', 'b', 'a'], calls)], itself, 2);

    expect(calls).toEqual([[undefined, 2]]);
  });

  it('asks a dry source again from its oldest item, and an ended one never', async () => {
    const long: Call[] = [];
    const short: Call[] = [];
    const ids = Array.from({ length: 60 }, (_, index) => String(99 - index));

    const sources = [recorded(ids, long), recorded(['05'], short)];
    const merged = await mergeNewestFirst(sources, itself, 61);

    expect(merged).toEqual([...ids, '05']);
    // 61 / 2 = 30.5; its square root is 5.52; 30.5 + 4 × 5.52 = 52.6. The 53rd id is 47.
    expect(long).toEqual([
      [undefined, 53],
      ['47', 53],
    ]);
    expect(short).toEqual([[undefined, 53]]);
  });
});
