/**
 * What pages of other origins may send and read, where a setting lets them call the API. The local
 * service and API Gateway say the same.
 *
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export const CORS = {
  methods: ['GET', 'HEAD', 'POST', 'PUT'],
  requestHeaders: [
    'authorization',
    'content-type',
    'idempotency-key',
    'if-match',
    'if-none-match',
    'x-correlation-id',
  ],
  responseHeaders: [
    'etag',
    'idempotency-replayed',
    'link',
    'location',
    'retry-after',
    'www-authenticate',
    'x-request-id',
  ],
  /** How long a browser may keep what it was told. */
  maxAgeSeconds: 600,
};
