import { placeBet } from '../lib/bets/placeBet.ts';
import { listBets } from '../lib/bets/readBets.ts';
import { resumeSettlements } from '../lib/bets/resumeSettlements.ts';
import { settleEvent } from '../lib/bets/settleEvent.ts';
import { createClient } from '../lib/dynamodb/client.ts';
import { metered } from '../tests/deploy/meter.ts';
import { openBook, seed } from './book.ts';
import { ratioOf, type Row, row } from './measure.ts';

/** Bets on the event: what an event costs besides is spread over them. */
const BETS = 10_000;
const PLACED = 200;
const PAGE = 100;

/**
 * Units of DynamoDB's capacity by AWS's published rules, from the commands that were sent; what
 * DynamoDB Local says of them is doubled for transactions, and missing for statements.
 */
export async function costCase(endpoint: string): Promise<Row[]> {
  const { client, during } = metered(createClient(endpoint));
  const book = await openBook(client);
  const { run } = book;
  const decide = (outcome: 'WIN' | 'LOSE') => async (): Promise<void> => {
    await run((context) => settleEvent(context, { eventId: 'match', outcome }));
    await run(resumeSettlements);
  };
  await seed(book, 'match', BETS);

  const bet = { eventId: 'other', amountMinor: 100n };
  const place = () => run((context) => placeBet(context, bet));
  // The first bet on an event lists the event too.
  await place();
  const placing = await during(async () => {
    for (let count = 0; count < PLACED; count += 1) await place();
  });
  const settling = await during(decide('WIN'));
  const correcting = await during(decide('LOSE'));
  const listing = await during(() => run((context) => listBets(context, { limit: PAGE })));
  return [
    units('cost: placing a bet', placing.write / PLACED, 5, '<=1'),
    units(`cost: settling, a bet of ${BETS}`, settling.write / BETS, 1, '<=1.02'),
    units(`cost: correcting, a bet of ${BETS}`, correcting.write / BETS, 1, '<=1.02'),
    // One query a shard, and the result of the bets' event: less cannot be read consistently.
    units(`cost: reading a page of ${PAGE}`, listing.read, 17, '<=1.5', 'read'),
  ];
}

function units(name: string, counted: number, least: number, target: string, kind = 'write'): Row {
  const ratio = ratioOf([counted], [least]);
  return row(name, `${counted.toFixed(3)} ${kind} units`, `${least}`, ratio, target);
}
