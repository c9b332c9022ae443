import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from './bets/clock.ts';
import type { Dependencies } from './bets/dependencies.ts';
import { newBetId } from './bets/ids.ts';
import { config } from './config.ts';
import { createClient } from './dynamodb/client.ts';
import { createDynamodbStore } from './dynamodb/store.ts';

const clock: Clock = {
  now: Date.now,
  sleep: (milliseconds, signal) => delay(milliseconds, undefined, { signal }).catch(() => {}),
  timeout: (milliseconds) => AbortSignal.timeout(milliseconds),
};

/** The use cases' dependencies, made once a process so that a warm Lambda keeps its connections. */
export const service: Dependencies = {
  store: createDynamodbStore({
    client: createClient(config.dynamodbEndpoint),
    tablePrefix: config.tablePrefix,
    clock,
    random: Math.random,
  }),
  clock,
  newBetId,
  newDecisionId: randomUUID,
  random: Math.random,
};
