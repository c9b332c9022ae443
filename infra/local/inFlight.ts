import pLimit from 'p-limit';
import type { HttpResponse } from '../../lib/http/problems.ts';
import { refuse } from '../pages/answers.ts';

interface Limits {
  /** Requests that are served at once. */
  serving: number;
  /** Requests that may wait for their turn. */
  waiting: number;
  /** How long one may have waited when its turn comes, in milliseconds. */
  waitMs: number;
}

/**
 * Serves requests in turn, as AWS does by the functions' reserved concurrency. What cannot wait, or has
 * waited too long, is told to come back. A request waits outside, before anything is made for it: requests
 * that wait for a socket of the store, each with all that it takes to send, are what memory is filled with.
 */
export function limitInFlight({
  serving,
  waiting,
  waitMs,
}: Limits): (serve: () => Promise<HttpResponse>) => Promise<HttpResponse> {
  const inTurn = pLimit(serving);
  return async (serve) => {
    if (inTurn.pendingCount >= waiting) return refuse('unavailable', 'Too many requests wait.');
    const arrived = performance.now();
    return inTurn(() =>
      performance.now() - arrived > waitMs
        ? refuse('unavailable', 'The request waited too long for its turn.')
        : serve(),
    );
  };
}
