import type { MiddlewareObj } from '@middy/core';
import jsonBodyParser from '@middy/http-json-body-parser';
import type { APIGatewayProxyEventV2 as ApiEvent } from 'aws-lambda';
import { randomUUID } from 'node:crypto';
import { HttpError } from './problems.ts';

/** Bytes of a request's body at most. */
export const MAX_BODY_BYTES = 64 * 1024;
/** Objects and arrays within each other: a call takes one, and a reviver's recursion is limited. */
const MAX_DEPTH = 32;

/** A JSON number by the digits that were sent, before any rounding to a float. */
export class JsonNumber {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

/** Middleware that parses a JSON body, each number in it as a `JsonNumber`. */
export function jsonBody(): MiddlewareObj<ApiEvent>[] {
  return [
    { before: (request) => void (request.event = withNumbersMarked(request.event)) },
    jsonBodyParser({ reviver: reviveNumber }),
    { before: ({ event }) => refuseDepth(event.body) },
  ];
}

/** A copy, since the parser writes to the event, which is the caller's. */
function withNumbersMarked(apiEvent: ApiEvent): ApiEvent {
  const encoding = apiEvent.headers['content-encoding']?.toLowerCase() ?? '';
  // API Gateway passes compressed bodies on as they are.
  if (encoding !== '' && encoding !== 'identity') {
    throw new HttpError('unsupported-media-type', 'Send application/json without compression.');
  }
  const { body, isBase64Encoded } = apiEvent;
  if (body === undefined) return { ...apiEvent };
  const text = isBase64Encoded ? Buffer.from(body, 'base64').toString() : body;
  if (Buffer.byteLength(text) > MAX_BODY_BYTES) {
    throw new HttpError('body-too-large', `A body may have ${MAX_BODY_BYTES} bytes.`);
  }
  return { ...apiEvent, body: markNumbers(text), isBase64Encoded: false };
}

/** Begins a text that stands for a number. No client can know it, so none can make one up. */
const MARK = randomUUID();

/**
 * A string of JSON, also one without an end, or a number (RFC 8259 §6) that is no member's name.
 * What is left of a malformed number stays malformed.
 */
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"?|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?!\s*:)/gs;

/** `JSON.parse` rounds numbers to floats, and Middy's reviver does not see their digits. */
function markNumbers(text: string): string {
  if (!/^\s*[[{]/.test(text)) return text;
  return text.replaceAll(STRING_OR_NUMBER, (token) =>
    token.startsWith('"') ? token : `"${MARK}${token}"`,
  );
}

function reviveNumber(_name: string, value: unknown): unknown {
  const marked = typeof value === 'string' && value.startsWith(MARK);
  return marked ? new JsonNumber(value.slice(MARK.length)) : value;
}

function refuseDepth(body: unknown): void {
  let level = [body].filter(isNested);
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) {
      throw new HttpError('malformed-json', `A body may be ${MAX_DEPTH} levels deep.`);
    }
    level = level.flatMap((value) => Object.values(value)).filter(isNested);
  }
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof JsonNumber);
}
