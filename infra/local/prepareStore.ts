import { config } from '../../lib/config.ts';
import { createMissingTables } from '../../lib/dynamodb/bootstrap.ts';
import { createClient } from '../../lib/dynamodb/client.ts';

const client = createClient(config.dynamodbEndpoint);

/** Makes the tables that are missing in the local store. On AWS they are deployed. */
export function prepareStore(): Promise<void> {
  return createMissingTables(client, config.tablePrefix);
}
