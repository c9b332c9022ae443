import type { Wait } from './context.ts';

/** How long to pause between tries. */
interface Backoff {
  /** The first pause at most, in milliseconds; each later one may be twice as long. */
  baseMs: number;
  /** No pause is longer, in milliseconds. */
  capMs: number;
}

/** How often something is tried in all, and how long to pause in between. */
interface RetryBounds extends Backoff {
  tries: number;
}

/** Runs `attempt` until it has a result; undefined when no try had one. Tries count from 1. */
export async function retry<Result>(
  { sleep, random }: Wait,
  bounds: RetryBounds,
  attempt: (tryNumber: number) => Promise<Result | undefined>,
): Promise<Result | undefined> {
  for (let tryNumber = 1; tryNumber <= bounds.tries; tryNumber += 1) {
    if (tryNumber > 1) await sleep(backoffMs(bounds, tryNumber - 1, random()));
    const result = await attempt(tryNumber);
    if (result !== undefined) return result;
  }
  return undefined;
}

/**
 * How long to pause before a retry (the first one is 1): "full jitter", evenly spread between
 * nothing and the exponential bound.
 *
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMs({ baseMs, capMs }: Backoff, retryNumber: number, random: number): number {
  return random * Math.min(capMs, baseMs * 2 ** (retryNumber - 1));
}
