import type { Wait } from './context.ts';

/** How often something is tried, and how long to pause in between. */
interface RetryBounds {
  /** Tries in all. */
  tries: number;
  /** The first pause at most, in milliseconds; each later one may be twice as long. */
  baseMs: number;
  /** No pause is longer, in milliseconds. */
  capMs: number;
}

type Backoff = Omit<RetryBounds, 'tries'>;

/** Runs `attempt` until it has a result; undefined when no try had one. Tries count from 1. */
export async function retry<Result>(
  { sleep, random }: Pick<Wait, 'sleep' | 'random'>,
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
