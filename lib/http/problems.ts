import type { BetErrorCode } from '../bets/errors.ts';

/** What the HTTP layer itself refuses. */
export type HttpErrorCode =
  | 'invalid-request'
  | 'malformed-json'
  | 'malformed-request'
  | 'request-timeout'
  | 'expectation-failed'
  | 'headers-too-large'
  | 'route-not-found'
  | 'unauthorized'
  | 'forbidden'
  | 'method-not-allowed'
  | 'body-too-large'
  | 'unsupported-media-type'
  | 'not-ready'
  | 'internal';

export type ProblemCode = BetErrorCode | HttpErrorCode;

/** The error catalogue: the only place where a failure meets its status. docs/problems.md follows it. */
export const PROBLEMS: Record<ProblemCode, { status: number; title: string }> = {
  'bet-not-found': { status: 404, title: 'There is no such bet' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'correction-limit': { status: 409, title: 'The event was corrected too often' },
  'event-not-found': { status: 404, title: 'Nothing is known of the event' },
  'event-settled': { status: 409, title: 'The event has a result' },
  'expectation-failed': { status: 417, title: 'The expectation cannot be met' },
  forbidden: { status: 403, title: 'The token does not allow it' },
  'idempotency-key-reused': { status: 422, title: 'The idempotency key was used for another bet' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  internal: { status: 500, title: 'The service failed' },
  'invalid-request': { status: 422, title: 'The request is not valid' },
  'malformed-json': { status: 422, title: 'The body is not JSON' },
  'malformed-request': { status: 400, title: 'The request cannot be read' },
  'method-not-allowed': { status: 405, title: 'The path has no such method' },
  'not-ready': { status: 503, title: 'The service does not take requests now' },
  'request-timeout': { status: 408, title: 'The request did not end in time' },
  'route-not-found': { status: 404, title: 'There is no such path' },
  unauthorized: { status: 401, title: 'The call needs a token' },
  unavailable: { status: 503, title: 'The store is away or busy' },
  'unsupported-media-type': { status: 415, title: 'The body must be JSON' },
  'version-mismatch': { status: 412, title: 'The event is at another version' },
};

/** Where a fault is: a part of the request, and an RFC 6901 JSON Pointer into it as a URI fragment. */
export interface Fault {
  in: 'body' | 'query' | 'path' | 'header';
  pointer: string;
  detail: string;
}

/** A refusal by the HTTP layer, with every fault that was found. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly code: HttpErrorCode;
  readonly errors: readonly Fault[];

  constructor(code: HttpErrorCode, message: string, errors: readonly Fault[] = []) {
    super(message);
    this.code = code;
    this.errors = errors;
  }
}

/** RFC 9457 problem details. `type` leads to the problem's page of the documentation. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  /** This one occurrence, as a URN with the request's id. */
  instance: string;
  errors?: readonly Fault[];
}

/** Seconds after which a client may try again when the store was away or busy. */
const RETRY_AFTER_SECONDS = '1';

export interface HttpResponse {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
}

export function problemResponse(
  code: ProblemCode,
  detail: string,
  requestId: string,
  errors: readonly Fault[] = [],
): HttpResponse {
  const { status, title } = PROBLEMS[code];
  const problem: Problem = {
    type: `/docs/problems#${code}`,
    title,
    status,
    detail,
    instance: `urn:bet-maker:request:${encodeURIComponent(requestId)}`,
    ...(errors.length > 0 && { errors }),
  };
  return {
    statusCode: status,
    headers: {
      ...ANSWER_HEADERS,
      'content-type': 'application/problem+json',
      'x-request-id': requestId,
      ...(status === 503 && { 'retry-after': RETRY_AFTER_SECONDS }),
    },
    body: JSON.stringify(problem),
  };
}

/**
 * Sent with every answer of the API.
 *
 * @see https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html#security-headers
 */
export const ANSWER_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;
