import type { RequestHandler } from 'express';
import type { Logger } from '../../lib/logger.ts';

/**
 * A line for each request, at DEBUG. Neither query nor headers nor bodies: they hold keys, tokens
 * and stakes. A request whose client went away has no status.
 */
export function logRequests(logger: Logger): RequestHandler {
  return ({ method, path }, response, next) => {
    const begun = performance.now();
    response.once('close', () => {
      const status = response.writableFinished ? response.statusCode : undefined;
      const requestId = response.get('x-request-id');
      const tookMs = Math.round(performance.now() - begun);
      logger.debug('Request', { method, path, status, tookMs, requestId });
    });
    next();
  };
}
