import type { ProblemCode } from './problems.ts';

/**
 * What a client can do about each problem, for people. Apart from the catalogue, because the handlers
 * answer without it. docs/problems.md follows it.
 */
export const PROBLEM_ADVICE: Record<ProblemCode, string> = {
  'bet-not-found': 'Check the id.',
  'body-too-large': 'Send at most 65,536 bytes.',
  'correction-limit': 'An event has at most 100 results.',
  'event-not-found': 'It has neither a bet nor a result.',
  'event-settled': 'It takes no more bets; this one was not placed.',
  'expectation-failed': 'Send no `Expect`, or `100-continue`.',
  forbidden: 'Use the token that operators have.',
  'headers-too-large': 'Send at most 16 KB of headers.',
  'idempotency-key-reused': 'Use a new key for a new bet.',
  internal: 'Tell the operators the id of the request.',
  'invalid-request': 'Mend what `errors` lists.',
  'malformed-json': 'Send one JSON object.',
  'malformed-request': 'Send HTTP/1.1 with well-formed percent-encoding.',
  'method-not-allowed': '`Allow` lists those that it has.',
  'not-ready': 'Try again after `Retry-After` seconds.',
  'request-timeout': 'Send headers within 5 seconds, all within 10.',
  'route-not-found': 'Check the path; it is case-sensitive.',
  unauthorized: 'Send `Authorization: Bearer <token>`.',
  unavailable: 'Try again after `Retry-After` seconds.',
  'unsupported-media-type': 'Send `Content-Type: application/json`, uncompressed.',
  'version-mismatch': 'Read the event, decide again.',
};
