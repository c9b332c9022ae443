import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { randomUUID } from 'node:crypto';
import type { Clock, Context } from '../../lib/bets/context.ts';
import { shardOf } from '../../lib/bets/ids.ts';
import type { BetStore } from '../../lib/bets/store.ts';
import { readConfig } from '../../lib/config.ts';
import { createMissingTables } from '../../lib/dynamodb/bootstrap.ts';
import { createClient } from '../../lib/dynamodb/client.ts';
import { tableNames } from '../../lib/dynamodb/tables.ts';
import { createService, type Parts, systemClock } from '../../lib/service.ts';
import { silentObserver } from './observers.ts';
import { storeEndpoint } from './storeEndpoint.ts';

/** Long enough for the slowest machine. */
const PATIENCE_MS = 600_000;

/** Groups of bets have a deadline of their own. */
const patientClock: Clock = {
  ...systemClock,
  deadline: () => systemClock.deadline(PATIENCE_MS),
};

export type OpenStore = Awaited<ReturnType<typeof openStore>>;

/** A service on the store at `TEST_DYNAMODB_ENDPOINT`, else on an embedded one of its own. */
export async function openStore(given: Partial<Parts> = {}) {
  const store = await storeEndpoint();
  const client = createClient(store.endpoint);
  const TABLE_PREFIX = `test-${randomUUID()}-`;
  await createMissingTables(client, TABLE_PREFIX);
  const config = readConfig({ TABLE_PREFIX, SETTLE_BUDGET_MS: '60000' });
  const parts = { client, observer: silentObserver, clock: patientClock, ...given };
  const { within } = createService(config, parts);
  return {
    /** The store past the domain, and the names of its tables. */
    client,
    tables: tableNames(TABLE_PREFIX),
    endpoint: store.endpoint,
    /** Runs a use case as a request of its own. */
    run: <Given extends unknown[], Result>(
      useCase: (context: Context, ...given: Given) => Promise<Result>,
      ...args: Given
    ) => within(PATIENCE_MS, (context) => useCase(context, ...args)),
    /** What the bets table holds of a bet, past the domain: what other consumers read. */
    storedBet: async (id: string) => {
      const Key = { shard: shardOf(id), betId: id };
      const TableName = tableNames(TABLE_PREFIX).bets;
      return (await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item;
    },
    [Symbol.asyncDispose]: async () => {
      client.destroy();
      await store.close();
    },
  };
}

/** Tells of each call, such as `bets.find`, before it is made; what `onCall` throws fails it. */
export function watchedStore(store: BetStore, onCall: (call: string) => void): BetStore {
  const watched = <Part extends object>(part: string, working: Part): Part =>
    new Proxy(working, {
      get: (target, name): unknown => {
        const real: unknown = Reflect.get(target, name);
        if (typeof real !== 'function') return real;
        return (...given: unknown[]): unknown => {
          onCall(`${part}.${String(name)}`);
          return Reflect.apply(real, target, given);
        };
      },
    });
  const { bets, fences, events, ...more } = store;
  return {
    bets: watched('bets', bets),
    fences: watched('fences', fences),
    events: watched('events', events),
    ...more,
  };
}
