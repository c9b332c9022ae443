import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { startEmbeddedStore } from '../../infra/local/embeddedStore.ts';
import { config, useStoreAt } from '../../lib/config.ts';
import type { HttpHandler } from '../../lib/http/handler.ts';
import { apiEvent, context, type Sent } from '../support/apiEvent.ts';
import { plainCommand } from '../support/attributes.ts';
import { canceled } from '../support/dynamodb.ts';
import { silentObserver } from '../support/observers.ts';

/** The name of a command and its whole input, as the store sent it. */
export interface SentCommand {
  name: string;
  input: unknown;
}

export interface Recording {
  handlers: Record<
    'placeBet' | 'listBets' | 'getBet' | 'settleEvent' | 'listEvents' | 'getEvent',
    (sent?: Sent) => Promise<{ statusCode: number; body: unknown }>
  >;
  resumeSettlements(): Promise<{ found: number; finished: string[] }>;
  /** Forgets what was sent, runs `work` and tells what it sent. */
  during(work: () => Promise<unknown>): Promise<SentCommand[]>;
  /** Calls of the store's port, by the names of its methods, since the beginning. */
  portCalls: Set<string>;
  /** The next `count` transactions with that many writes meet another writer. */
  conflict(count: number, writes: number): void;
  close(): Promise<void>;
}

/** All handlers on an embedded store, with every command seen on its way. */
export async function recordHandlers(): Promise<Recording> {
  const embedded = await startEmbeddedStore();
  useStoreAt(embedded.endpoint);
  // The handlers make their client when they are imported, so the store's address must stand.
  const { observeWith, service } = await import('../../lib/service.ts');
  observeWith(silentObserver);
  const { createMissingTables } = await import('../../lib/dynamodb/bootstrap.ts');
  const { createClient } = await import('../../lib/dynamodb/client.ts');
  await createMissingTables(createClient(embedded.endpoint), config.tablePrefix);
  const portCalls = watchPort(service.store);
  const { sent, conflict, restore } = watchClient();
  return {
    handlers: {
      placeBet: answering((await import('../../functions/placeBet.ts')).handler),
      listBets: answering((await import('../../functions/listBets.ts')).handler),
      getBet: answering((await import('../../functions/getBet.ts')).handler),
      settleEvent: answering((await import('../../functions/settleEvent.ts')).handler),
      listEvents: answering((await import('../../functions/listEvents.ts')).handler),
      getEvent: answering((await import('../../functions/getEvent.ts')).handler),
    },
    resumeSettlements: async () => {
      const { handler } = await import('../../functions/resumeSettlements.ts');
      return handler({}, { getRemainingTimeInMillis: () => 30_000 });
    },
    during: async (work) => {
      sent.length = 0;
      await work();
      return [...sent];
    },
    portCalls,
    conflict,
    close: async () => {
      restore();
      await embedded.close();
    },
  };
}

function answering(handler: HttpHandler) {
  return async (sent?: Sent) => {
    const { statusCode, body } = await handler(apiEvent(sent), context);
    return { statusCode, body: JSON.parse(body) as unknown };
  };
}

function watchPort(store: object): Set<string> {
  const calls = new Set<string>();
  for (const [name, method] of Object.entries(store)) {
    Object.assign(store, {
      [name]: (...given: unknown[]): unknown => {
        calls.add(name);
        return Reflect.apply(method as () => unknown, store, given);
      },
    });
  }
  return calls;
}

const transaction = z.object({ TransactItems: z.array(z.unknown()) });

function watchClient() {
  const sent: SentCommand[] = [];
  const conflicts = { left: 0, writes: 0 };
  const send = jest.spyOn(DynamoDBDocumentClient.prototype, 'send');
  const original = Object.getPrototypeOf(DynamoDBDocumentClient.prototype) as {
    send: (command: object, options: object) => Promise<unknown>;
  };
  send.mockImplementation(function watched(
    this: DynamoDBDocumentClient,
    command: { constructor: { name: string }; input: unknown },
    options: object,
  ) {
    sent.push(plainCommand({ name: command.constructor.name, input: command.input }));
    const writes = transaction.safeParse(command.input).data?.TransactItems.length;
    if (conflicts.left > 0 && writes === conflicts.writes) {
      conflicts.left -= 1;
      return Promise.reject(canceled('TransactionConflict'));
    }
    return Reflect.apply(original.send, this, [command, options]);
  } as never);
  return {
    sent,
    restore: () => send.mockRestore(),
    conflict: (count: number, writes: number) => Object.assign(conflicts, { left: count, writes }),
  };
}
