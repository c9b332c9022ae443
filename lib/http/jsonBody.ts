import type { MiddlewareObj, Request } from '@middy/core';
import jsonBodyParser from '@middy/http-json-body-parser';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { HttpError } from './problems.ts';

/** Bytes of a request's body at most. */
export const MAX_BODY_BYTES = 64 * 1024;
/** Objects and arrays within each other: a call takes one, and a reviver's recursion has a limit. */
const MAX_DEPTH = 32;

/** A JSON number by the digits that were sent, before any rounding to a float. */
export class JsonNumber {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

type BodyRequest = Request<APIGatewayProxyEventV2, unknown, Error, never, { text?: string }>;

/** Middleware that parses a JSON body, each number at its top level as a `JsonNumber`. */
export function jsonBody(): MiddlewareObj<APIGatewayProxyEventV2>[] {
  // Middy types a middleware's `internal` by the whole stack; these share one member of it.
  return [
    { before: refuseCompression },
    { before: keepText },
    jsonBodyParser(),
    { before: refuseDepth },
    { before: keepDigits },
  ] as MiddlewareObj[];
}

/** API Gateway passes compressed bodies on as they are. */
function refuseCompression({ event: { headers } }: BodyRequest): void {
  const encoding = headers['content-encoding']?.toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity') return;
  throw new HttpError('unsupported-media-type', 'Send application/json without compression.');
}

/** The parser writes to the event, which is the caller's, and drops the text. */
function keepText(request: BodyRequest): void {
  const { body, isBase64Encoded } = request.event;
  if (body === undefined) return;
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > MAX_BODY_BYTES) {
    throw new HttpError('body-too-large', `A body may have ${MAX_BODY_BYTES} bytes.`);
  }
  const text = bytes.toString();
  request.internal.text = text;
  request.event = { ...request.event, body: text, isBase64Encoded: false };
}

function refuseDepth({ event }: BodyRequest): void {
  let level = [event.body as unknown].filter(isNested);
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) {
      throw new HttpError('malformed-json', `A body may be ${MAX_DEPTH} levels deep.`);
    }
    level = level.flatMap((value) => Object.values(value)).filter(isNested);
  }
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** The parser has rounded numbers to floats, so a body with a number is read again by its digits. */
function keepDigits({ event, internal: { text } }: BodyRequest): void {
  const body: unknown = event.body;
  if (text === undefined || !isNested(body)) return;
  if (!Object.values(body).some((value) => typeof value === 'number')) return;
  Object.assign(event, { body: parseKeepingDigits(text) });
}

/** Valid JSON text with each of its numbers as a `JsonNumber`. */
function parseKeepingDigits(text: string): unknown {
  return JSON.parse(text, reviveNumber);
}

/** `context` is ES2026's source text access, which TypeScript's library has not got yet. */
function reviveNumber(_key: string, value: unknown, context?: { source: string }): unknown {
  return typeof value === 'number' && context !== undefined
    ? new JsonNumber(context.source)
    : value;
}
