import { startEmbeddedStore } from '../../infra/local/embeddedStore.ts';

export type StoreEndpoint = Awaited<ReturnType<typeof storeEndpoint>>;

/** A store apart from the service: that at `TEST_DYNAMODB_ENDPOINT`, else one in this process. */
export async function storeEndpoint() {
  const given = process.env['TEST_DYNAMODB_ENDPOINT'];
  if (given !== undefined) return { endpoint: given, close: async () => {} };
  return startEmbeddedStore();
}
