import { randomUUID } from 'node:crypto';
import type { Dependencies, Observer } from './bets/dependencies.ts';
import { newBetId } from './bets/ids.ts';
import { config } from './config.ts';
import { createClient } from './dynamodb/client.ts';
import { createDynamodbStore } from './dynamodb/store.ts';
import { embeddedMetrics } from './embeddedMetrics.ts';
import { measure } from './metrics.ts';
import { systemClock } from './systemClock.ts';

/** The use cases' dependencies, made once a process so that a warm Lambda keeps its connections. */
export const service: Dependencies = {
  store: createDynamodbStore({
    client: createClient(config.dynamodbEndpoint),
    tablePrefix: config.tablePrefix,
    clock: systemClock,
    random: Math.random,
  }),
  clock: systemClock,
  observer: measure(embeddedMetrics()),
  newBetId,
  newDecisionId: randomUUID,
  random: Math.random,
};

/** Has another observer told, where nobody reads the lines that Lambda's is made for. */
export function observeWith(observer: Observer): void {
  service.observer = observer;
}
