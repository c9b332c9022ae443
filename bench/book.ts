import { randomUUID } from 'node:crypto';
import { BatchWriteCommand, type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Dependencies } from '../lib/bets/dependencies.ts';
import { FENCES_PER_EVENT } from '../lib/bets/event.ts';
import { newBetId } from '../lib/bets/ids.ts';
import { createMissingTables } from '../lib/dynamodb/bootstrap.ts';
import { createClient } from '../lib/dynamodb/client.ts';
import { eventFenceKey, itemFromBet } from '../lib/dynamodb/items.ts';
import { createDynamodbStore } from '../lib/dynamodb/store.ts';
import { service as composed, systemClock } from "../lib/service.ts";
import { times } from '../tests/contract/parts.ts';

/** A signal that does not abort. */
export const never: AbortSignal = new AbortController().signal;

/** Tables of their own in a store, and the use cases on them. */
export interface Book {
  client: DynamoDBDocumentClient;
  deps: Dependencies;
  prefix: string;
}

export async function openBook(endpoint: string): Promise<Book> {
  const client = createClient(endpoint);
  const prefix = `bench-${randomUUID()}-`;
  await createMissingTables(client, prefix);
  const store = createDynamodbStore({
    client,
    tablePrefix: prefix,
    clock: systemClock,
    random: Math.random,
  });
  return { client, prefix, deps: { ...composed, store, newBetId } };
}

const STAKE_MINOR = 100n;
/** Items of one `BatchWriteItem`, the most that AWS takes, and how many calls are on their way at once. */
const WRITE_BATCH = 25;
const WRITERS = 32;

/**
 * Puts bets on an event into the tables as if they had been placed, many times faster: each item is what the
 * store would have written, and the fences' counts add up. Their ids.
 */
export async function seed(
  { client, prefix, deps }: Book,
  eventId: string,
  count: number,
): Promise<string[]> {
  await deps.store.noteActivity(eventId, Date.now(), never);
  const batches = await times(Math.ceil(count / WRITE_BATCH), WRITERS, async (batch) => {
    const size = Math.min(WRITE_BATCH, count - batch * WRITE_BATCH);
    const placedAt = Date.now();
    const ids = Array.from({ length: size }, () => newBetId(placedAt));
    const puts = ids.map((id, index) => {
      const fence = (batch * WRITE_BATCH + index) % FENCES_PER_EVENT;
      const bet = { id, eventId, fence, amountMinor: STAKE_MINOR, placedAt };
      return { PutRequest: { Item: itemFromBet(bet) } };
    });
    // A store on this machine leaves nothing undone.
    await client.send(new BatchWriteCommand({ RequestItems: { [`${prefix}bets`]: puts } }));
    return ids;
  });
  await times(FENCES_PER_EVENT, WRITERS, async (fence) => {
    const placed = Math.floor((count + FENCES_PER_EVENT - 1 - fence) / FENCES_PER_EVENT);
    if (placed === 0) return;
    const stakedMinor = BigInt(placed) * STAKE_MINOR;
    const Item = { eventFence: eventFenceKey({ eventId, fence }), placed, stakedMinor };
    await client.send(new PutCommand({ TableName: `${prefix}fences`, Item }));
  });
  return batches.flat();
}
