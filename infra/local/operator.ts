import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { refuse } from '../express/answers.ts';
import { joinHeaders } from './gateway.ts';

/** RFC 6750 §2.1; RFC 9110 §11.1: the scheme's name may be spelled in any case. */
const BEARER = /^Bearer +([\w.~+/-]+=*)$/i;

const MISSING = 'Only operators settle events: a bearer token is missing or malformed.';
const WRONG = 'Only operators settle events: this is not their token.';

/**
 * Lets only those through who send the operators' token; everybody when there is none. It stands
 * where API Gateway has its authorizer, so that the handlers are the same.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6750#section-3
 */
export function demandOperator(token: string | undefined): RequestHandler {
  if (token === undefined) return (_request, _response, next) => next();
  const expected = digestOf(token);
  return (request, response, next) => {
    const given = BEARER.exec(joinHeaders(request)['authorization'] ?? '')?.[1];
    if (given === undefined) {
      response.set('www-authenticate', 'Bearer realm="bet-maker"');
      return refuse(response, 'unauthorized', MISSING);
    }
    if (timingSafeEqual(digestOf(given), expected)) return next();
    response.set('www-authenticate', 'Bearer realm="bet-maker", error="invalid_token"');
    refuse(response, 'unauthorized', WRONG);
  };
}

/** Of one length for every token, so that comparing two tells nothing about theirs. */
function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
