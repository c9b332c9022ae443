import {
  CreateTableCommand,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { TABLE_NAMES, tableNames, tables } from './tables.ts';

/** A new table must take requests within this many seconds. */
const MAX_WAIT_SECONDS = 30;

/** Makes the tables that are missing in a local store, and waits until all can be used. */
export async function createMissingTables(
  client: DynamoDBDocumentClient,
  tablePrefix: string,
): Promise<void> {
  const names = tableNames(tablePrefix);
  await Promise.all(
    TABLE_NAMES.map(async (name) => {
      const TableName = names[name];
      await client
        .send(new CreateTableCommand({ ...tables[name], TableName }))
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
