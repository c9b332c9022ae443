import type { HttpHandler } from '../../lib/http/handler.ts';
import { refuse } from '../pages/answers.ts';

/**
 * Lets at most `most` requests wait for the handlers at once, over all that it wraps; one more is told
 * at once to come back, instead of waiting until all of them are late. On AWS the functions' reserved
 * concurrency does this.
 */
export function limitInFlight(most: number): (handler: HttpHandler) => HttpHandler {
  let inFlight = 0;
  return (handler) => async (apiEvent, context) => {
    if (inFlight >= most) return refuse('unavailable', 'Too many requests wait; try again.');
    inFlight += 1;
    try {
      return await handler(apiEvent, context);
    } finally {
      inFlight -= 1;
    }
  };
}
