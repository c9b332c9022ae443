/** Everything that this domain refuses or cannot do, by name. */
export type BetErrorCode =
  | 'event-settled'
  | 'idempotency-key-reused'
  | 'bet-not-found'
  | 'event-not-found'
  | 'version-mismatch'
  | 'correction-limit'
  /** The store is there, and this version of the service must not use it. */
  | 'not-ready'
  | 'unavailable';

/** An expected failure. Anything else that is thrown is a bug. */
export class BetError extends Error {
  override readonly name = 'BetError';
  readonly code: BetErrorCode;

  constructor(code: BetErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The store did not answer in time or refused to; the same call may be tried again. */
export function unavailable(message: string, cause?: unknown): BetError {
  return new BetError('unavailable', message, { cause });
}
