import type { RequestHandler } from 'express';
import { CORS } from '../cors.ts';

const LISTS = {
  methods: CORS.methods.join(', '),
  requestHeaders: CORS.requestHeaders.join(', '),
  responseHeaders: CORS.responseHeaders.join(', '),
};

/** Tells browsers that pages of these origins may call the API; API Gateway does so on AWS. */
export function letOrigins(origins: readonly string[]): RequestHandler {
  return ({ method, headers }, response, next) => {
    response.vary('origin');
    const { origin = '' } = headers;
    if (!origins.includes(origin)) return next();
    response.set('access-control-allow-origin', origin);
    const isPreflight = method === 'OPTIONS' && 'access-control-request-method' in headers;
    if (!isPreflight) {
      response.set('access-control-expose-headers', LISTS.responseHeaders);
      return next();
    }
    response.set('access-control-allow-methods', LISTS.methods);
    response.set('access-control-allow-headers', LISTS.requestHeaders);
    response.set('access-control-max-age', `${CORS.maxAgeSeconds}`);
    response.status(204).end();
  };
}
