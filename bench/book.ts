import { randomUUID } from 'node:crypto';
import { BatchWriteCommand, type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import pLimit from 'p-limit';
import type { Context } from '../lib/bets/context.ts';
import { widened } from '../lib/bets/event.ts';
import { newBetId } from '../lib/bets/ids.ts';
import { readConfig } from '../lib/config.ts';
import { createMissingTables } from '../lib/dynamodb/bootstrap.ts';
import { createClient } from '../lib/dynamodb/client.ts';
import { eventFenceKey, newBetItem } from '../lib/dynamodb/items.ts';
import { createService } from '../lib/service.ts';
import { silentObserver } from '../tests/support/observers.ts';

/** Tables of their own in a store, and the use cases on them. */
export interface Book {
  client: DynamoDBDocumentClient;
  prefix: string;
  /** Runs a use case that has all the time it wants. */
  run<Result>(useCase: (context: Context) => Promise<Result>): Promise<Result>;
}

const ALL_THE_TIME_MS = 2 ** 31 - 1;

export async function openBook(client: DynamoDBDocumentClient): Promise<Book> {
  const prefix = `bench-${randomUUID()}-`;
  await createMissingTables(client, prefix);
  const config = readConfig({ TABLE_PREFIX: prefix, SETTLE_BUDGET_MS: '0' });
  const { within } = createService(config, { client, observer: silentObserver });
  return { client, prefix, run: (useCase) => within(ALL_THE_TIME_MS, useCase) };
}

export function openBookAt(endpoint: string): Promise<Book> {
  return openBook(createClient(endpoint));
}

const STAKE_MINOR = 100n;
/** Items of one `BatchWriteItem`, the most that AWS takes, and how many calls go on at once. */
const WRITE_BATCH = 25;
const WRITERS = 32;

/** Fences of an event that is filled: as many as a crowd brings about. */
const FENCES = 64;

/**
 * Puts bets on an event into the tables as if they had been placed, many times faster: each item is
 * what the store would have written, and the fences' counts add up. Their ids.
 */
export async function seed(
  { client, prefix, run }: Book,
  eventId: string,
  count: number,
): Promise<string[]> {
  await run(async ({ store }) => {
    let event = await store.events.enlist(eventId, Date.now());
    for (let to = widened(event.fences); to !== undefined; to = widened(to)) {
      event = (await store.events.widen(event, to)) ?? event;
    }
  });
  const bets = Array.from({ length: count }, (_, index) => {
    const placedAt = Date.now();
    const bet = { id: newBetId(placedAt), eventId, amountMinor: STAKE_MINOR, placedAt };
    return { bet, fence: index % FENCES };
  });
  const starts = Array.from(
    { length: Math.ceil(count / WRITE_BATCH) },
    (_, batch) => batch * WRITE_BATCH,
  );
  await pLimit(WRITERS).map(starts, async (start) => {
    const some = bets.slice(start, start + WRITE_BATCH);
    const puts = some.map(({ bet, fence }) => ({ PutRequest: { Item: newBetItem(bet, fence) } }));
    // A store on this machine leaves nothing undone.
    await client.send(new BatchWriteCommand({ RequestItems: { [`${prefix}bets`]: puts } }));
  });
  const behind = Map.groupBy(bets, ({ fence }) => fence);
  await pLimit(WRITERS).map(behind, async ([fence, { length }]) => {
    const stakedMinor = BigInt(length) * STAKE_MINOR;
    const Item = { eventFence: eventFenceKey({ eventId, fence }), placed: length, stakedMinor };
    await client.send(new PutCommand({ TableName: `${prefix}fences`, Item }));
  });
  return bets.map(({ bet }) => bet.id);
}
