import pLimit from 'p-limit';
import type { HttpResponse } from '../../lib/http/problems.ts';
import { refusal } from '../express/answers.ts';

type Limits = Record<'serving' | 'waiting' | 'waitMs', number>;

/**
 * Serves so many requests at once; others wait in line. One too many is refused at once, and one
 * that waited longer than `waitMs` when its turn comes, as reserved concurrency does on AWS. A
 * request waits here because nothing is made for it yet: one that waits for a socket of the store
 * holds all that it is about to send, which every collection copies.
 */
export function limitInFlight({ serving, waiting, waitMs }: Limits) {
  const inTurn = pLimit(serving);
  return async (path: string, serve: () => Promise<HttpResponse>): Promise<HttpResponse> => {
    if (inTurn.pendingCount >= waiting) {
      return refusal('unavailable', 'Too many requests wait.', path);
    }
    const arrived = performance.now();
    return inTurn(() =>
      performance.now() - arrived > waitMs
        ? refusal('unavailable', 'The request waited too long for its turn.', path)
        : serve(),
    );
  };
}
