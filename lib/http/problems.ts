import type { BetErrorCode } from '../bets/errors.ts';

/** The HTTP status, the problem in a few words that never change, what a client can do about it. */
function row(status: number, title: string, advice: string) {
  return { status, title, advice };
}

type ProblemType = ReturnType<typeof row>;

/**
 * The error catalogue: all that this service refuses or cannot do, by code. It is the only place
 * where a failure meets its status. The API's document, docs/problems.md and the page of problems
 * are made from it.
 */
export const PROBLEMS = {
  'bet-not-found': row(404, 'There is no such bet', 'Check the id.'),
  'body-too-large': row(413, 'The body is too large', 'Send at most 65,536 bytes.'),
  'correction-limit': row(409, 'The event was corrected too often', 'The limit is 100 results.'),
  'cross-site': row(
    403,
    'A page of another site may not do that',
    'Send it from a page of the service. A proxy must pass `Host` on.',
  ),
  'event-not-found': row(404, 'Nothing is known of the event', 'It has no bet and no result.'),
  'event-settled': row(409, 'The event takes no more bets', 'This bet was not placed.'),
  'expectation-failed': row(417, 'The expectation cannot be met', 'Send no `Expect` header.'),
  'headers-too-large': row(431, 'The headers are too large', 'Send at most 16 KB of headers.'),
  'idempotency-key-reused': row(
    422,
    'The idempotency key was used for another bet',
    'Use a new key for a new bet.',
  ),
  internal: row(500, 'The service failed', 'Tell the operators the id of the request.'),
  'invalid-request': row(422, 'The request is not valid', 'Correct what `errors` lists.'),
  'malformed-json': row(422, 'The body is not JSON', 'Send one JSON object.'),
  'malformed-request': row(400, 'The request cannot be read', 'Send HTTP/1.1 and valid URLs.'),
  'method-not-allowed': row(405, 'The path has no such method', '`Allow` lists those that it has.'),
  misdirected: row(
    421,
    'The service is not for this host',
    'Use a host of `ALLOWED_HOSTS`, or add this one to it.',
  ),
  'not-ready': row(503, 'The service does not take requests now', 'Wait as `Retry-After` says.'),
  'request-timeout': row(408, 'The request did not end in time', 'Send it all within 10 seconds.'),
  'route-not-found': row(404, 'There is no such path', 'Check the path; it is case-sensitive.'),
  unauthorized: row(
    401,
    'The call needs a token',
    'Send `Authorization: Bearer` and a valid token.',
  ),
  unavailable: row(503, 'The store is away or busy', 'Wait as `Retry-After` says.'),
  'unsupported-media-type': row(415, 'The body must be JSON', 'Send plain `application/json`.'),
  'version-mismatch': row(412, 'The event is at another version', 'Read it and decide again.'),
} satisfies Record<BetErrorCode, ProblemType> & Record<string, ProblemType>;

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

export interface HttpResponse {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
  /** The body is bytes, written in base64. */
  isBase64Encoded?: true;
}

/** A problem, and the request that it answers. */
export interface ProblemParts {
  code: ProblemCode;
  detail: string;
  errors?: readonly Fault[];
  requestId: string;
  /** The way from the request to the root of the service, such as `../`. */
  root: string;
}

/**
 * RFC 9457. `type` leads to the documentation, relative to the request. `instance` is a URN with
 * the request's id.
 */
export function problemResponse(parts: ProblemParts): HttpResponse {
  const { code, detail, errors = [], requestId, root } = parts;
  const { status, title } = PROBLEMS[code];
  const type = `${root}docs/problems#${code}`;
  const instance = `urn:bet-maker:request:${encodeURIComponent(requestId)}`;
  const faults = errors.length > 0 && { errors };
  return {
    statusCode: status,
    headers: {
      ...ANSWER_HEADERS,
      'content-type': 'application/problem+json',
      'x-request-id': requestId,
      // Seconds after which a client may try again when the store was away or busy.
      ...(status === 503 && { 'retry-after': '1' }),
    },
    body: JSON.stringify({ type, title, status, detail, instance, ...faults }),
  };
}

/**
 * Sent with every answer of the API.
 * @see https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html
 */
export const ANSWER_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/**
 * Sent beside them by what only HTTPS leads to. Over plain HTTP it means nothing.
 * @see https://www.rfc-editor.org/rfc/rfc6797#section-7.2
 */
export const HTTPS_HEADERS = {
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
} as const;
