import { randomUUID } from 'node:crypto';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { startEmbeddedStore } from '../../infra/local/embeddedStore.ts';
import type { Dependencies } from '../../lib/bets/context.ts';
import { newBetId, shardOf } from '../../lib/bets/ids.ts';
import { createMissingTables } from '../../lib/dynamodb/bootstrap.ts';
import { createClient } from '../../lib/dynamodb/client.ts';
import { createDynamodbStore, tableNames } from '../../lib/dynamodb/store.ts';
import { systemClock } from '../../lib/systemClock.ts';
import { silentObserver } from './observers.ts';

export interface OpenStore {
  deps: Dependencies;
  /** What the bets table holds of a bet, past the domain: what other consumers read. */
  storedBet(id: string): Promise<Record<string, unknown> | undefined>;
  close(): Promise<void>;
}

/** The store under test: the one at `TEST_DYNAMODB_ENDPOINT`, else an embedded one of its own. */
export async function openStore(): Promise<OpenStore> {
  const given = process.env['TEST_DYNAMODB_ENDPOINT'];
  const embedded = given === undefined ? await startEmbeddedStore() : undefined;
  const client = createClient(embedded?.endpoint ?? given);
  const tablePrefix = `test-${randomUUID()}-`;
  await createMissingTables(client, tablePrefix);
  const random = Math.random;
  const store = createDynamodbStore({ client, tablePrefix, clock: systemClock, random });
  return {
    deps: {
      store,
      clock: systemClock,
      observer: silentObserver,
      newBetId,
      newDecisionId: randomUUID,
      random,
    },
    storedBet: async (id) => {
      const Key = { shard: shardOf(id), betId: id };
      const TableName = tableNames(tablePrefix).bets;
      return (await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item;
    },
    close: async () => {
      client.destroy();
      await embedded?.close();
    },
  };
}
