import {
  CreateTableCommand,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type TableDefinition, type TableName, tables } from '../../infra/tables.ts';
import { tableNames } from './store.ts';

/** A new table must take requests within this many seconds. */
const MAX_WAIT_SECONDS = 30;

/** Makes the tables that are missing in a local store, and waits until all can be used. */
export async function createMissingTables(
  client: DynamoDBDocumentClient,
  tablePrefix: string,
): Promise<void> {
  const names = tableNames(tablePrefix);
  const definitions = Object.entries(tables) as [TableName, TableDefinition][];
  await Promise.all(
    definitions.map(async ([name, definition]) => {
      const TableName = names[name];
      await client
        .send(new CreateTableCommand({ ...definition, TableName }))
        .catch((error: unknown) => {
          if (!(error instanceof ResourceInUseException)) throw error;
        });
      await waitUntilTableExists(
        { client, maxWaitTime: MAX_WAIT_SECONDS, minDelay: 0.05, maxDelay: 1 },
        { TableName },
      );
    }),
  );
}
