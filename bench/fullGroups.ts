import { randomUUID } from 'node:crypto';
import { PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { newBetId } from '../lib/bets/ids.ts';
import { insertionOf } from '../lib/dynamodb/insertion.ts';
import { eventFenceKey } from '../lib/dynamodb/items.ts';
import { MAX_ACTIONS } from '../lib/dynamodb/session.ts';
import { tableNames } from '../lib/dynamodb/tables.ts';
import { plainClient } from './plainClient.ts';

/** Of a full group: one action counts all of them behind a fence, and each bet has a key. */
const KEYED_BETS = Math.floor((MAX_ACTIONS - 1) / 2);
/** Transactions under way at once, each on a fence of its own, as the service has them. */
const FENCES = [0, 1];

/**
 * What the store itself takes: bets a second when nothing but full groups of bets with keys is sent
 * to it, by a bare client. A service can hardly place more.
 */
export async function sendFullGroups(
  endpoint: string,
  prefix: string,
  seconds: number,
): Promise<number> {
  const client = plainClient(endpoint);
  const tables = tableNames(prefix);
  const eventId = randomUUID();
  let placed = 0;
  const begun = performance.now();
  const writers = FENCES.map(async (fence) => {
    const Item = { eventFence: eventFenceKey({ eventId, fence }), placed: 0 };
    await client.send(new PutCommand({ TableName: tables.fences, Item }));
    while (performance.now() - begun < seconds * 1_000) {
      const group = Array.from({ length: KEYED_BETS }, () => keyedBet(eventId));
      const { input } = insertionOf(tables, group, new Map([[eventId, fence]]));
      await client.send(new TransactWriteCommand(input));
      placed += group.length;
    }
  });
  await Promise.all(writers);
  return (placed / (performance.now() - begun)) * 1_000;
}

function keyedBet(eventId: string) {
  const placedAt = Date.now();
  const bet = { id: newBetId(placedAt), eventId, amountMinor: 100n, placedAt };
  const record = { key: randomUUID(), betId: bet.id, requestHash: randomUUID() };
  return { bet, record, fences: FENCES.length, triedBefore: false };
}
