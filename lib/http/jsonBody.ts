import type { MiddlewareObj } from '@middy/core';
import jsonBodyParser from '@middy/http-json-body-parser';
import type { APIGatewayProxyEventV2 as ApiEvent } from 'aws-lambda';
import { faultAt, invalidRequest } from './faults.ts';
import { type Path, reviveNumber, type Scan, scanJson } from './jsonScan.ts';
import { HttpError } from './problems.ts';

/** Bytes of a request's body at most. */
export const MAX_BODY_BYTES = 64 * 1024;
/** Objects and arrays within each other: a call takes one, and a reviver's recursion is limited. */
const MAX_DEPTH = 32;

/**
 * Middleware that parses a JSON body, each number in it as a `JsonNumber`. The schema of the call
 * judges what it is. A member that comes twice is refused: `JSON.parse` would take the last.
 */
export function jsonBody(): MiddlewareObj<ApiEvent> {
  const parser: MiddlewareObj<ApiEvent> = jsonBodyParser({ reviver: reviveNumber });
  return {
    before: async (request) => {
      const scan = scanJson(textOf(request.event));
      if (scan.depth > MAX_DEPTH) {
        throw new HttpError('malformed-json', `A body may be ${MAX_DEPTH} levels deep.`);
      }
      Object.assign(request.event, { body: scan.marked, isBase64Encoded: false });
      try {
        await parser.before?.(request);
      } catch (error) {
        throw refusalOf(error, scan);
      }
      refuseAll(scan.repeated, 'must come only once in its object');
    },
  };
}

function textOf({ headers, body, isBase64Encoded }: ApiEvent): string {
  // Gateways put a comma between the values of a header that is sent twice.
  if (headers['content-type']?.includes(',')) {
    throw new HttpError('unsupported-media-type', 'The Content-Type must come only once.');
  }
  const encoding = headers['content-encoding']?.toLowerCase() ?? '';
  // API Gateway passes compressed bodies on as they are.
  if (encoding !== '' && encoding !== 'identity') {
    throw new HttpError('unsupported-media-type', 'Send application/json without compression.');
  }
  const given = typeof body === 'string' ? body : '';
  const text = isBase64Encoded ? Buffer.from(given, 'base64').toString() : given;
  if (Buffer.byteLength(text) > MAX_BODY_BYTES) {
    throw new HttpError('body-too-large', `A body may have ${MAX_BODY_BYTES} bytes.`);
  }
  return text;
}

/** Middy's errors have a status. It refuses a reserved name, and does not say where it is. */
function refusalOf(error: unknown, { reserved }: Scan): unknown {
  if (!(error instanceof Error && 'statusCode' in error)) return error;
  if (error.statusCode === 415) {
    return new HttpError('unsupported-media-type', 'Send application/json.');
  }
  if (error.message === 'Forbidden key in JSON body') refuseAll(reserved, 'is not known');
  return new HttpError('malformed-json', 'The body cannot be parsed as JSON.');
}

function refuseAll(paths: readonly Path[], detail: string): void {
  if (paths.length > 0) throw invalidRequest(paths.map((path) => faultAt('body', path, detail)));
}
