import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock, Context, Task } from './bets/context.ts';
import { newBetId } from './bets/ids.ts';
import { KnownEvents } from './bets/knownEvents.ts';
import type { Config } from './config.ts';
import { createClient } from './dynamodb/client.ts';
import { createDynamodbStore } from './dynamodb/store.ts';
import { createLogger, type Logger } from './logger.ts';
import { embeddedMetrics, measure } from './metrics.ts';

/** What all requests of a process share. Of a context it makes one for each, by `within`. */
export interface Service extends Pick<Context, 'within' | 'observer'> {
  logger: Logger;
}

/** What a service is made of, besides its settings. */
export interface Parts extends Pick<Context, 'newBetId' | 'newDecisionId' | 'random' | 'observer'> {
  client: ReturnType<typeof createClient>;
  clock: Clock;
  logger: Logger;
}

/** A service from its settings; what is not given is what a Lambda has. */
export function createService(config: Config, given: Partial<Parts> = {}): Service {
  const client = given.client ?? createClient(config.store);
  const clock = given.clock ?? systemClock;
  const logger = given.logger ?? createLogger(config.logLevel);
  const tools = {
    observer: given.observer ?? measure(embeddedMetrics(), logger),
    newBetId: given.newBetId ?? newBetId,
    newDecisionId: given.newDecisionId ?? randomUUID,
    random: given.random ?? Math.random,
    known: new KnownEvents(),
  };
  const { random } = tools;
  const store = createDynamodbStore(client, config.tablePrefix, { clock, random });
  const contextUntil = (signal: AbortSignal): Context => {
    const sleep = (milliseconds: number): Promise<void> => clock.sleep(milliseconds, signal);
    const wait = { signal, sleep, random: tools.random };
    return {
      ...tools,
      ...wait,
      now: () => clock.now(),
      store: store.until(wait),
      sweepBudgetMs: config.settleBudgetMs,
      within: (milliseconds, task) => within(milliseconds, task, signal),
    };
  };
  const within = async <Result>(milliseconds: number, task: Task<Result>, outer?: AbortSignal) => {
    using deadline = clock.deadline(milliseconds);
    const { signal } = deadline;
    return await task(contextUntil(outer ? AbortSignal.any([outer, signal]) : signal));
  };
  return { within, observer: tools.observer, logger };
}

/** The service, of which each request begins with a check of the store; what it throws is final. */
export function guarded(service: Service, check: (context: Context) => Promise<void>): Service {
  const within: Service['within'] = (milliseconds, task) =>
    service.within(milliseconds, async (context) => {
      await check(context);
      return task(context);
    });
  return { ...service, within };
}

/** The service, which does not serve from a store of another layout; looks until it fits. */
export function checkedOnce(service: Service): Service {
  let fits = false;
  return guarded(service, async ({ store }) => {
    if (!fits) await store.checkLayout();
    fits = true;
  });
}

/** The machine's own time. */
export const systemClock: Clock = {
  now: Date.now,
  sleep: (milliseconds, signal) => delay(milliseconds, undefined, { signal }).catch(() => {}),
  deadline: (milliseconds) => {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), milliseconds);
    return { signal: controller.signal, [Symbol.dispose]: () => clearTimeout(timer) };
  },
};
