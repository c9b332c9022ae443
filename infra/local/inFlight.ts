import pLimit from 'p-limit';
import type { HttpResponse } from '../../lib/http/problems.ts';
import { refuse } from '../express/answers.ts';

interface Limits {
  /** Requests that are served at once. */
  serving: number;
  /** Requests that may wait for their turn. */
  waiting: number;
  /** How long one may have waited when its turn comes, in milliseconds. */
  waitMs: number;
}

/**
 * Serves requests in turn, the first that came first. What cannot wait is told at once to come
 * back, and what has waited too long when its turn comes, so that no wait is longer than `waitMs`
 * and the longest that serving takes. On AWS the functions' reserved concurrency refuses the rest.
 *
 * A request waits here because nothing is made for it yet. One that waits for a socket of the store
 * holds all that it is about to send, which every collection copies.
 */
export function limitInFlight({ serving, waiting, waitMs }: Limits) {
  const inTurn = pLimit(serving);
  return async (serve: () => Promise<HttpResponse>): Promise<HttpResponse> => {
    if (inTurn.pendingCount >= waiting) return refuse('unavailable', 'Too many requests wait.');
    const arrived = performance.now();
    return inTurn(() =>
      performance.now() - arrived > waitMs
        ? refuse('unavailable', 'The request waited too long for its turn.')
        : serve(),
    );
  };
}
