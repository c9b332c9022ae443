import { startEmbeddedStore } from '../../infra/local/embeddedStore.ts';

export interface StoreEndpoint {
  endpoint: string;
  close(): Promise<void>;
}

/**
 * A store that outlives the service: the one at `TEST_DYNAMODB_ENDPOINT`, else one in this process.
 */
export async function storeEndpoint(): Promise<StoreEndpoint> {
  const given = process.env['TEST_DYNAMODB_ENDPOINT'];
  if (given !== undefined) return { endpoint: given, close: async () => {} };
  return startEmbeddedStore();
}
