import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { startEmbeddedStore } from '../../infra/local/embeddedStore.ts';
import type { Context } from '../../lib/bets/context.ts';
import { readConfig } from '../../lib/config.ts';
import { createMissingTables } from '../../lib/dynamodb/bootstrap.ts';
import { createClient } from '../../lib/dynamodb/client.ts';
import { CALLS } from '../../lib/http/calls.ts';
import { createHandler } from '../../lib/http/handler.ts';
import { resume } from '../../lib/resumer.ts';
import { checkedOnce, createService, guarded, type Service } from '../../lib/service.ts';
import { apiEvent, read, type Sent } from '../support/apiEvent.ts';
import { canceled } from '../support/dynamodb.ts';
import { silentObserver } from '../support/observers.ts';
import { watchedStore } from '../support/openStore.ts';

/** The name of a command and its whole input, as the store sent it. */
export interface SentCommand {
  name: string;
  input: unknown;
}

export type Recording = Awaited<ReturnType<typeof recordHandlers>>;

/** What a handler has, in milliseconds: long enough for the slowest machine. */
const PATIENCE_MS = 600_000;

/** All handlers on an embedded store, with every command seen on its way. */
export async function recordHandlers(
  /** What else watches the client, below all that is seen here. */
  watch = (client: DynamoDBDocumentClient) => client,
) {
  const config = readConfig({ SETTLE_BUDGET_MS: '60000', LOG_LEVEL: 'SILENT' });
  const embedded = await startEmbeddedStore();
  const plain = createClient(embedded.endpoint);
  await createMissingTables(plain, config.tablePrefix);
  const { client, sent, conflict } = watchedClient(watch(plain));
  /** Calls of the store's port since the beginning, such as `bets.find`. */
  const portCalls = new Set<string>();
  const plainService = createService(config, { client, observer: silentObserver });
  const service = watchedService(plainService, (call) => portCalls.add(call));
  // Each function is a process of its own.
  const services = new Map(CALLS.map(({ call }) => [call.name, checkedOnce(service)]));
  const handlers = new Map(
    CALLS.map(({ call }) => [call.name, createHandler(call, services.get(call.name) ?? service)]),
  );
  const resumer = guarded(service, ({ store }) => store.verifyLayout());
  return {
    /** Makes a call by its name, such as `placeBet`. */
    call: async (name: string, request?: Sent) => {
      const handler = handlers.get(name);
      if (handler === undefined) throw new Error(`There is no call ${name}.`);
      const invocation = { getRemainingTimeInMillis: () => PATIENCE_MS };
      return read(await handler(apiEvent(request), invocation));
    },
    resumeSettlements: () => resume(resumer, randomUUID(), PATIENCE_MS),
    /** Each function has made its first request. */
    warmUp: async () => {
      for (const warm of services.values()) await warm.within(PATIENCE_MS, async () => {});
    },
    within: <Result>(task: (context: Context) => Promise<Result>) =>
      service.within(PATIENCE_MS, task),
    /** Forgets what was sent, runs `work` and tells what it sent. */
    during: async (work: () => Promise<unknown>) => {
      sent.length = 0;
      await work();
      return [...sent];
    },
    portCalls,
    conflict,
    close: async () => {
      plain.destroy();
      await embedded.close();
    },
  };
}

const JSON_TYPE = { 'content-type': 'application/json' };

export function betOn(eventId: string, key?: string, amount = '10.50'): Sent {
  return {
    method: 'POST',
    path: '/bets',
    headers: { ...JSON_TYPE, ...(key !== undefined && { 'idempotency-key': key }) },
    body: JSON.stringify({ event_id: eventId, amount }),
  };
}

export const onEvent = (event_id: string): Sent => ({ pathParameters: { event_id } });

export function resultOf(eventId: string, status: 'WIN' | 'LOSE'): Sent {
  const body = JSON.stringify({ status });
  return { ...onEvent(eventId), method: 'PUT', headers: JSON_TYPE, body };
}

function watchedService(service: Service, onCall: (call: string) => void): Service {
  return {
    ...service,
    within: (ms, task) =>
      service.within(ms, (of) => task({ ...of, store: watchedStore(of.store, onCall) })),
  };
}

const transaction = z.object({ TransactItems: z.array(z.unknown()) });

function watchedClient(plain: DynamoDBDocumentClient) {
  const sent: SentCommand[] = [];
  const conflicts = { left: 0, writes: 0 };
  const send = async (command: object, ...options: unknown[]): Promise<unknown> => {
    const input: unknown = Reflect.get(command, 'input');
    sent.push({ name: command.constructor.name, input });
    const writes = transaction.safeParse(input).data?.TransactItems.length;
    if (conflicts.left > 0 && writes === conflicts.writes) {
      conflicts.left -= 1;
      throw canceled('TransactionConflict');
    }
    return Reflect.apply(plain.send, plain, [command, ...options]);
  };
  const client = new Proxy(plain, {
    get: (target, name): unknown => (name === 'send' ? send : Reflect.get(target, name)),
  });
  /** The next `count` transactions with that many writes meet another writer. */
  const conflict = (count: number, writes: number): void => {
    Object.assign(conflicts, { left: count, writes });
  };
  return { client, sent, conflict };
}
