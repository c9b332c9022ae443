/** Time as the domain sees it; a simulation supplies its own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `milliseconds`, or at once when `signal` aborts. Never rejects. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  deadline(milliseconds: number): Deadline;
}

/** Aborts its signal when the time is over; one that is disposed of before that leaves nothing behind. */
export interface Deadline extends Disposable {
  signal: AbortSignal;
}

export interface Backoff {
  /** First pause at most, in milliseconds; each later one may be twice as long. */
  baseMs: number;
  /** No pause is longer, in milliseconds. */
  capMs: number;
}

/**
 * How long to pause before try `attempt` (the first retry is 1): "full jitter", evenly spread
 * between nothing and the exponential bound.
 *
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMs({ baseMs, capMs }: Backoff, attempt: number, random: number): number {
  return random * Math.min(capMs, baseMs * 2 ** (attempt - 1));
}
