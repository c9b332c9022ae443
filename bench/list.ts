import { randomUUID } from 'node:crypto';
import { listBets } from '../lib/bets/readBets.ts';
import { openBookAt, seed } from './book.ts';
import { percentile, ratioOf, type Row, row } from './measure.ts';

/** A page of 100 in a book of `large` bets against one in a book of 1,000. */
export async function listCase(endpoint: string, rounds: number, large: number): Promise<Row[]> {
  const books = [await openBookAt(endpoint), await openBookAt(endpoint)] as const;
  await seed(books[0], randomUUID(), large);
  await seed(books[1], randomUUID(), 1_000);
  const pages: [number[], number[]] = [[], []];
  for (let round = 0; round <= rounds * 10; round += 1) {
    for (const [which, book] of books.entries()) {
      const begun = performance.now();
      await book.run((context) => listBets(context, { limit: 100 }));
      if (round > 0) pages[which]?.push(performance.now() - begun);
    }
  }
  const text = (which: 0 | 1): string => `p50 ${percentile(pages[which], 0.5).toFixed(1)} ms`;
  return [
    row(
      `list: a page of 100 at ${large} bets against 1000`,
      text(0),
      text(1),
      ratioOf(...pages),
      '<=1.3',
    ),
  ];
}
