import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Fault, HttpResponse, ProblemCode } from '../../lib/http/problems.ts';
import { PROBLEMS } from '../../lib/http/problems.ts';

/** What a test says of a request; the rest is as API Gateway would send it. */
export interface Sent {
  method?: string;
  path?: string;
  pathParameters?: Record<string, string>;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: string;
  isBase64Encoded?: boolean;
  /** Of the token that the gateway has let through. */
  claims?: Record<string, string>;
}

export const REQUEST_ID = 'request-1';

/** Lambda's context: ten seconds are left. */
export const context = { getRemainingTimeInMillis: (): number => 10_000 };

/** The payload (format 2.0) of an API Gateway HTTP API. */
export function apiEvent(sent: Sent = {}): APIGatewayProxyEventV2 {
  const { method = 'GET', path = '/', headers = {}, body, isBase64Encoded = false } = sent;
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: new URLSearchParams(sent.query).toString(),
    headers,
    ...(sent.query !== undefined && { queryStringParameters: sent.query }),
    ...(sent.pathParameters !== undefined && { pathParameters: sent.pathParameters }),
    requestContext: {
      accountId: 'test',
      apiId: 'test',
      domainName: 'localhost',
      domainPrefix: 'test',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' },
      requestId: REQUEST_ID,
      routeKey: '$default',
      stage: '$default',
      time: '22/Nov/2026:12:00:00 +0000',
      timeEpoch: 1_795_348_800_000,
      ...(sent.claims !== undefined && { authorizer: { jwt: { claims: sent.claims } } }),
    },
    ...(body !== undefined && { body }),
    isBase64Encoded,
  };
}

/** The headers that every answer of the API has. */
const SAFETY_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

export interface ReadAnswer {
  statusCode: number;
  headers: Record<string, unknown>;
  body: unknown;
}

/** An answer with its body parsed, to be compared as a whole. */
export function read(response: HttpResponse): ReadAnswer {
  return { ...response, body: response.body === '' ? '' : JSON.parse(response.body) };
}

export function jsonAnswer(statusCode: number, body: unknown, more: object = {}): ReadAnswer {
  const own = { 'content-type': 'application/json', 'x-request-id': REQUEST_ID };
  return { statusCode, headers: { ...SAFETY_HEADERS, ...own, ...more }, body };
}

const WEAK_TAG = /^W\/"[\w-]{22}"$/;

/** A 200 to a GET whose client is told when nothing has changed. */
export function taggedAnswer(body: unknown, more: object = {}): ReadAnswer {
  return jsonAnswer(200, body, {
    etag: expect.stringMatching(WEAK_TAG),
    vary: 'accept-encoding',
    ...more,
  });
}

/** A whole RFC 9457 answer to the request `REQUEST_ID`. */
export function problemAnswer(code: ProblemCode, detail: string, errors?: Fault[]): ReadAnswer {
  const { status, title } = PROBLEMS[code];
  const body = {
    // How far the root is, tests/parity says of every call.
    type: expect.stringMatching(new RegExp(`^(\\.\\./)*docs/problems#${code}$`)),
    title,
    status,
    detail,
    instance: `urn:bet-maker:request:${REQUEST_ID}`,
    ...(errors !== undefined && { errors }),
  };
  return jsonAnswer(status, body, {
    'content-type': 'application/problem+json',
    ...(status === 503 && { 'retry-after': '1' }),
  });
}

/** What is said of the event id `a\n`, which no event can have. */
export const EVENT_FAULT = 'must not have U+000A as character 2: it is a control character';

/** The answer to a request that is not valid. */
export function invalidAnswer(...faults: Fault[]): ReadAnswer {
  const where = faults.map((fault) => `${fault.in} ${fault.pointer}`).join(', ');
  return problemAnswer('invalid-request', `Not valid: ${where}.`, faults);
}

const BUSY = 'The store cannot be reached or is busy; try again.';
// Made when it is asked for: programs without Jest use this file too.
export const unavailableAnswer = (): ReadAnswer => problemAnswer('unavailable', BUSY);

const LOGGED = 'The failure was logged under the id of this request.';
export const internalAnswer = (): ReadAnswer => problemAnswer('internal', LOGGED);
