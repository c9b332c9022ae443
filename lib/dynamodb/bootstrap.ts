import {
  CreateTableCommand,
  DescribeTableCommand,
  ResourceInUseException,
  ResourceNotFoundException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { misfit } from './failures.ts';
import { TABLE_NAMES, type TableName, tableNames, tables } from './tables.ts';

/** How long a new table may take, and how often it is asked for, in seconds. */
const UNTIL_READY = { maxWaitTime: 30, minDelay: 0.05, maxDelay: 1 };

/**
 * Makes the tables that are missing in a local store, and waits until all can be used. The list of
 * events comes first: a store that has other tables and not this one was made by an older version,
 * and new tables beside its own would not know its bets. Throws `not-ready` then.
 */
export async function createMissingTables(
  client: DynamoDBDocumentClient,
  tablePrefix: string,
): Promise<void> {
  const names = tableNames(tablePrefix);
  const there = await Promise.all(TABLE_NAMES.map((name) => isThere(client, names[name])));
  if (!there[TABLE_NAMES.indexOf(FIRST)] && there.includes(true)) {
    throw misfit(`the table ${names[FIRST]} is missing beside others`);
  }
  await createTable(client, names, FIRST);
  const others = TABLE_NAMES.filter((name) => name !== FIRST);
  await Promise.all(others.map((name) => createTable(client, names, name)));
}

const FIRST = 'eventList';

async function isThere(client: DynamoDBDocumentClient, TableName: string): Promise<boolean> {
  const describing = client.send(new DescribeTableCommand({ TableName }));
  return describing.then(
    () => true,
    (error: unknown) => {
      if (error instanceof ResourceNotFoundException) return false;
      throw error;
    },
  );
}

async function createTable(
  client: DynamoDBDocumentClient,
  names: Record<TableName, string>,
  name: TableName,
): Promise<void> {
  const TableName = names[name];
  const creating = client.send(new CreateTableCommand({ ...tables[name], TableName }));
  await creating.catch((error: unknown) => {
    if (!(error instanceof ResourceInUseException)) throw error;
  });
  await waitUntilTableExists({ client, ...UNTIL_READY }, { TableName });
}
