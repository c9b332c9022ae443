import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** Tries of one call, pauses and all, before the caller hears of it. */
const MAX_ATTEMPTS = 3;
/** Long enough for one lost SYN, which TCP sends again after a second (RFC 6298 §2.1). */
const CONNECT_TIMEOUT_MS = 2_000;
/** One try. Without `throwOnRequestTimeout` the SDK only logs a warning when it is over. */
const REQUEST_TIMEOUT_MS = 3_000;
/** Sockets of one process; more calls wait. A burst of them must fit a listener's backlog. */
const MAX_SOCKETS = 50;

/**
 * A local store is open to anyone and keeps tables by credentials: all processes use the same. What
 * the environment or a profile says of AWS is not meant for it; some of it would fail every call.
 */
const LOCAL = {
  region: 'local',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  useFipsEndpoint: false,
  useDualstackEndpoint: false,
  defaultsMode: 'standard',
  retryMode: 'standard',
} as const;

type Headed = { headers: Record<string, string> };
type SdkLogger = NonNullable<DynamoDBClientConfig['logger']>;
const ignore = (): void => {};

/**
 * The SDK's default logger copies every input and output deeply before it drops them, for methods
 * that it asks for with `?.`: those are not here. Sources of credentials call these two outright.
 */
const SILENT = { debug: ignore, warn: ignore } as SdkLogger; // The type wants all five methods.

/**
 * A client of AWS (`aws`), with what the SDK's chain finds as region and credentials, or of a local
 * store at an address. Throws when it is told of neither.
 */
export function createClient(store: string): DynamoDBDocumentClient {
  const agent = { keepAlive: true, maxSockets: MAX_SOCKETS };
  const client = new DynamoDBClient({
    ...(store !== 'aws' && { ...LOCAL, endpoint: addressOf(store) }),
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
    logger: SILENT,
  });
  nameItself(client);
  return DynamoDBDocumentClient.from(client, {
    marshallOptions: { removeUndefinedValues: true },
    // Every number that is stored is an integer, and a sum of stakes may be beyond 2^53.
    unmarshallOptions: { wrapNumbers: BigInt },
  });
}

function addressOf(store: string): string {
  if (URL.canParse(store)) return store;
  throw new Error(
    `There is no DynamoDB at "${store}": DYNAMODB_ENDPOINT must be aws or an address.`,
  );
}

/** What AWS's logs call the caller. The SDK's own name is put together anew for every call. */
function nameItself({ middlewareStack }: DynamoDBClient): void {
  middlewareStack.remove('getUserAgentMiddleware');
  middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as Headed; // The stack types requests of any protocol.
      headers['user-agent'] = 'bet-maker';
      return next(args);
    },
    { step: 'build', name: 'nameItself' },
  );
}
