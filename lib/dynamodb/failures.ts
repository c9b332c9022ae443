import { BetError, unavailable } from '../bets/errors.ts';
import { LAYOUT } from './tables.ts';

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

/** What AWS and the local stores say of a query; it is a `ValidationException` like any bug. */
const MISSING_INDEX = /does not have the specified index|specified index does not exist/i;

/** A store that this version must not use, and why. */
export function misfit(fault: string, cause?: unknown): BetError {
  const needed = `this version of the service needs layout ${LAYOUT}`;
  const detail = `The store does not fit: ${fault}, and ${needed}.`;
  return new BetError('not-ready', `${detail} docs/upgrade.md says what to do.`, { cause });
}

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

/**
 * `unavailable` for a transient failure, and `not-ready` for an index that is not there; any other
 * is a bug and stays what it is.
 */
export function translateFailure(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if (MISSING_INDEX.test(error.message)) return misfit('an index is missing', error);
  if (!isTransient(error)) return error;
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
