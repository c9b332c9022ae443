import type { BetErrorCode } from '../bets/errors.ts';

interface ProblemType {
  /** The HTTP status. */
  status: number;
  /** The problem in a few words, always the same. */
  title: string;
  /** What a client can do about it. */
  advice: string;
}

/**
 * The error catalogue: all that this service refuses or cannot do, by code. It is the only place
 * where a failure meets its status. The API's document, docs/problems.md and the page of problems
 * are made from it.
 */
export const PROBLEMS = {
  'bet-not-found': { status: 404, title: 'There is no such bet', advice: 'Check the id.' },
  'body-too-large': {
    status: 413,
    title: 'The body is too large',
    advice: 'Send at most 65,536 bytes.',
  },
  'correction-limit': {
    status: 409,
    title: 'The event was corrected too often',
    advice: 'An event has at most 100 results.',
  },
  'event-not-found': {
    status: 404,
    title: 'Nothing is known of the event',
    advice: 'It has neither a bet nor a result.',
  },
  'event-settled': {
    status: 409,
    title: 'The event has a result',
    advice: 'It takes no more bets; this one was not placed.',
  },
  'expectation-failed': {
    status: 417,
    title: 'The expectation cannot be met',
    advice: 'Send no `Expect`, or `100-continue`.',
  },
  forbidden: {
    status: 403,
    title: 'The token does not allow it',
    advice: 'Use the token of an operator.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'The idempotency key was used for another bet',
    advice: 'Use a new key for a new bet.',
  },
  'headers-too-large': {
    status: 431,
    title: 'The headers are too large',
    advice: 'Send at most 16 KB of headers.',
  },
  internal: {
    status: 500,
    title: 'The service failed',
    advice: 'Tell the operators the id of the request.',
  },
  'invalid-request': {
    status: 422,
    title: 'The request is not valid',
    advice: 'Correct what `errors` lists.',
  },
  'malformed-json': { status: 422, title: 'The body is not JSON', advice: 'Send one JSON object.' },
  'malformed-request': {
    status: 400,
    title: 'The request cannot be read',
    advice: 'Send HTTP/1.1 with well-formed percent-encoding.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'The path has no such method',
    advice: '`Allow` lists those that it has.',
  },
  'not-ready': {
    status: 503,
    title: 'The service does not take requests now',
    advice: 'Try again after `Retry-After` seconds.',
  },
  'request-timeout': {
    status: 408,
    title: 'The request did not end in time',
    advice: 'Send headers within 5 seconds, all within 10.',
  },
  'route-not-found': {
    status: 404,
    title: 'There is no such path',
    advice: 'Check the path; it is case-sensitive.',
  },
  unauthorized: {
    status: 401,
    title: 'The call needs a token',
    advice: 'Send `Authorization: Bearer <token>`.',
  },
  unavailable: {
    status: 503,
    title: 'The store is away or busy',
    advice: 'Try again after `Retry-After` seconds.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The body must be JSON',
    advice: 'Send `Content-Type: application/json`, uncompressed.',
  },
  'version-mismatch': {
    status: 412,
    title: 'The event is at another version',
    advice: 'Read the event and decide again.',
  },
} as const satisfies Record<string, ProblemType> & Record<BetErrorCode, ProblemType>;

export type ProblemCode = keyof typeof PROBLEMS;
/** What the HTTP layer itself refuses. */
export type HttpErrorCode = Exclude<ProblemCode, BetErrorCode>;

/** Where a fault is: a part of the request, and an RFC 6901 JSON Pointer, as a URI fragment. */
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
