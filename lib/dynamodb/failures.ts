import { unavailable } from '../bets/errors.ts';

/** AWS's names for "not now": the same call may succeed later. */
const PASSING_FAULTS = new Set([
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

/** Whether a failure passes by itself: throttling, the network, a deadline, a store that is away. */
function passes(
  error: Error & { $metadata?: { httpStatusCode?: number }; code?: unknown },
): boolean {
  if (PASSING_FAULTS.has(error.name)) return true;
  const status = error.$metadata?.httpStatusCode;
  return status === undefined ? isSocketError(error.code) : status >= 500;
}

/** Errors of the operating system have names like ECONNRESET; Node's own begin with ERR_. */
function isSocketError(code: unknown): boolean {
  return typeof code === 'string' && /^E(?!RR_)/.test(code);
}

/** `unavailable` for a failure that passes; any other is a bug and stays what it is. */
export function translateFailure(error: unknown): unknown {
  if (!(error instanceof Error) || !passes(error)) return error;
  return unavailable('The store cannot be reached or is busy; try again.', error);
}
