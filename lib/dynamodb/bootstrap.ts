import {
  CreateTableCommand,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { TABLE_NAMES, tableNames, tables } from './tables.ts';

/** How long a new table may take, and how often it is asked for, in seconds. */
const UNTIL_READY = { maxWaitTime: 30, minDelay: 0.05, maxDelay: 1 };

/** Makes the tables that are missing in a local store, and waits until all can be used. */
export async function createMissingTables(
  client: DynamoDBDocumentClient,
  tablePrefix: string,
): Promise<void> {
  const names = tableNames(tablePrefix);
  await Promise.all(
    TABLE_NAMES.map(async (name) => {
      const TableName = names[name];
      const creating = client.send(new CreateTableCommand({ ...tables[name], TableName }));
      await creating.catch((error: unknown) => {
        if (!(error instanceof ResourceInUseException)) throw error;
      });
      await waitUntilTableExists({ client, ...UNTIL_READY }, { TableName });
    }),
  );
}
