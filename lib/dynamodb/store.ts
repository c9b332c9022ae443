import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { type TableName, tables } from '../../infra/tables.ts';
import type { Clock } from '../bets/clock.ts';
import type { BetStore } from '../bets/store.ts';
import { betMethods } from './bets.ts';
import { eventListMethods } from './eventList.ts';
import { eventMethods } from './events.ts';
import { fenceMethods } from './fences.ts';
import { resultMethods } from './results.ts';
import { attempt, type Session } from './session.ts';

export interface StoreOptions {
  client: DynamoDBDocumentClient;
  tablePrefix: string;
  clock: Clock;
  random: () => number;
}

export function tableNames(prefix: string): Record<TableName, string> {
  const names = Object.keys(tables).map((name) => [name, prefix + name]);
  // Object.fromEntries forgets which keys it was given.
  return Object.fromEntries(names) as Record<TableName, string>;
}

/** The store on DynamoDB: AWS's own, DynamoDB Local or the embedded one. */
export function createDynamodbStore({
  client,
  tablePrefix,
  clock,
  random,
}: StoreOptions): BetStore {
  const session: Session = { client, tables: tableNames(tablePrefix), clock, random };
  return {
    ...betMethods(session),
    ...resultMethods(session),
    ...fenceMethods(session),
    ...eventMethods(session),
    ...eventListMethods(session),
    ping: async (signal) => {
      const TableName = session.tables.events;
      // A key that no event can have: reading it costs half a unit and finds nothing.
      const command = new GetCommand({ TableName, Key: { eventId: '#' } });
      await attempt(client.send(command, { abortSignal: signal }));
    },
  };
}
