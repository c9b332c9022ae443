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
  'AbortError',
  'TimeoutError',
]);

/** Whether a failure is transient: throttling, the network, a deadline, a store that is away. */
function isTransient(
  error: Error & { $metadata?: { httpStatusCode?: number }; code?: unknown },
): boolean {
  if (TRANSIENT_ERRORS.has(error.name)) return true;
  const status = error.$metadata?.httpStatusCode;
  return status === undefined ? isSocketError(error.code) : status >= 500;
}

/** Errors of the operating system have names like ECONNRESET; Node's own begin with ERR_. */
function isSocketError(code: unknown): boolean {
  return typeof code === 'string' && /^E(?!RR_)/.test(code);
}

/** Whether a failure has AWS's name for it. */
export function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

/** `unavailable` for a transient failure; any other is a bug and stays what it is. */
export function translateFailure(error: unknown): unknown {
  if (!(error instanceof Error) || !isTransient(error)) return error;
  return unavailable('The store cannot be reached or is busy; try again.', error);
}
