import pLimit from 'p-limit';
import type { HttpResponse } from '../../lib/http/problems.ts';
import { refuse } from '../express/answers.ts';

type Limits = Record<'serving' | 'waiting' | 'waitMs', number>;

/**
 * Serves so many requests at once and lets others wait for their turn, the first that came first.
 * One too many is told at once to come back, and one that has waited longer than `waitMs` when its
 * turn comes. On AWS the functions' reserved concurrency refuses the rest.
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
