import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { placeBet } from '../lib/bets/placeBet.ts';
import { listBets } from '../lib/bets/readBets.ts';
import { resumeSettlements } from '../lib/bets/resumeSettlements.ts';
import { settleEvent } from '../lib/bets/settleEvent.ts';
import { createClient } from '../lib/dynamodb/client.ts';
import { readUnits } from '../tests/deploy/readUnits.ts';
import type { SentCommand } from '../tests/deploy/recording.ts';
import { writeUnits } from '../tests/deploy/writeUnits.ts';
import { openBook, seed } from './book.ts';
import { ratioOf, type Row, row } from './measure.ts';

/** Bets on the event: what an event costs besides is spread over them. */
const BETS = 10_000;
const PLACED = 200;
const PAGE = 100;

interface Call extends SentCommand {
  output: unknown;
}

/**
 * Units of DynamoDB's capacity by AWS's published rules, from the commands that were sent; what
 * DynamoDB Local says of them is doubled for transactions, and missing for statements.
 */
export async function costCase(endpoint: string): Promise<Row[]> {
  const calls: Call[] = [];
  const book = await openBook(recorded(createClient(endpoint), calls));
  const { run, prefix } = book;
  const during = async (work: () => Promise<unknown>): Promise<Call[]> => {
    calls.length = 0;
    await work();
    return [...calls];
  };
  const written = (sent: readonly Call[]): number =>
    sent.reduce((all, call) => all + writeUnits(call, { prefix, indexInTransaction: 1 }), 0);
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
  const read = listing.reduce((all, call) => all + readUnits(call, call.output), 0);
  return [
    units('cost: placing a bet', written(placing) / PLACED, 5, '<=1'),
    units(`cost: settling, a bet of ${BETS}`, written(settling) / BETS, 1, '<=1.02'),
    units(`cost: correcting, a bet of ${BETS}`, written(correcting) / BETS, 1, '<=1.02'),
    // One query a shard, and the result of the bets' event: less cannot be read consistently.
    units(`cost: reading a page of ${PAGE}`, read, 17, '<=1.5', 'read'),
  ];
}

/** The client, with a note of all that it sends and what it is answered. */
function recorded(client: DynamoDBDocumentClient, calls: Call[]): DynamoDBDocumentClient {
  const send = async (
    command: { constructor: { name: string }; input: unknown },
    options: object,
  ) => {
    const output: unknown = await Reflect.apply(client.send, client, [command, options]);
    calls.push({ name: command.constructor.name, input: command.input, output });
    return output;
  };
  return Object.assign(Object.create(client), { send });
}

function units(name: string, counted: number, least: number, target: string, kind = 'write'): Row {
  const ratio = ratioOf([counted], [least]);
  return row(name, `${counted.toFixed(3)} ${kind} units`, `${least}`, ratio, target);
}
