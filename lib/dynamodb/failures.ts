import { unavailable } from '../bets/errors.ts';

/** AWS's names for "not now": the same call may succeed later. */
const TRANSIENT_ERRORS = new Set([
  'InternalServerError',
  'ItemCollectionSizeLimitExceededException',
  'LimitExceededException',
  'ProvisionedThroughputExceededException',
  'ReplicatedWriteConflictException',
  'RequestLimitExceeded',
  'ResourceNotFoundException',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'ThrottlingException',
  'TransactionConflictException',
  'TransactionInProgressException',
  // The sources of credentials may be away like the store itself.
  'CredentialsProviderError',
  'AbortError',
  'TimeoutError',
]);

/** Codes of the operating system, like ECONNRESET; Node's own begin with ERR_. */
const SOCKET_ERROR = /^E(?!RR_)/;

type SdkError = Error & { $metadata?: { httpStatusCode?: number }; code?: unknown };

/** Whether a failure is transient: throttling, the network, a deadline, a store that is away. */
function isTransient({ name, $metadata, code }: SdkError): boolean {
  if (TRANSIENT_ERRORS.has(name)) return true;
  const status = $metadata?.httpStatusCode;
  if (status !== undefined) return status >= 500;
  return typeof code === 'string' && SOCKET_ERROR.test(code);
}

/** `unavailable` for a transient failure; any other is a bug and stays what it is. */
export function translateFailure(error: unknown): unknown {
  if (!(error instanceof Error) || !isTransient(error)) return error;
  return unavailable('The store cannot be reached or is busy; try again.', error);
}

/** Runs one call of the SDK. A transient failure becomes `unavailable`. */
export async function attempt<Output>(call: Promise<Output>): Promise<Output> {
  try {
    return await call;
  } catch (error) {
    throw translateFailure(error);
  }
}

/** The same, but undefined after the failure that is `expected`. */
export async function attemptUnless<Output>(
  expected: string,
  call: Promise<Output>,
): Promise<Output | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isNamed(error, expected)) return undefined;
    throw translateFailure(error);
  }
}

export function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}
