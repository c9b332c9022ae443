import type { Request, RequestHandler } from 'express';
import { refuse } from '../express/answers.ts';

/** Methods that change nothing (RFC 9110 §9.2.1). */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/**
 * Refuses what a page of another origin makes a browser send, when it would change something, but
 * for pages of `allowedOrigins`. It could not read the answer, but the bet would be placed. Clients
 * that are no browsers send neither of the two headers.
 *
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 * @see https://pkg.go.dev/net/http#CrossOriginProtection
 */
export function refuseOtherSites(allowedOrigins: readonly string[]): RequestHandler {
  return (request, response, next) => {
    const isAllowed = allowedOrigins.includes(request.headers.origin ?? '');
    if (SAFE.has(request.method) || isAllowed || !isFromElsewhere(request)) return next();
    refuse(response, 'cross-site', 'A page of another site sent this request.');
  };
}

function isFromElsewhere({ headers }: Request): boolean {
  const site = headers['sec-fetch-site'];
  // "none" is the user alone, for example by the address bar.
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const { origin, host } = headers;
  return origin !== undefined && origin.replace(/^https?:\/\//, '') !== host;
}
