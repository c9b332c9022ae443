import type { APIGatewayProxyEventV2 as ApiEvent } from 'aws-lambda';
import { faultAt, invalidRequest } from './faults.ts';
import { JsonError, type JsonFault, MAX_DEPTH, parseJson } from './jsonText.ts';
import { HttpError } from './problems.ts';

/** Bytes of a request's body at most. */
export const MAX_BODY_BYTES = 64 * 1024;

/** RFC 6839 §3.1: a structured suffix says that the body is JSON. */
const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json(?:;|$)/i;

/** A JSON body, each number in it as a `JsonNumber`. The schema of the call judges what it is. */
export function jsonBody(apiEvent: ApiEvent): unknown {
  const text = textOf(apiEvent);
  if (!JSON_TYPE.test(apiEvent.headers['content-type'] ?? '')) {
    throw new HttpError('unsupported-media-type', 'Send application/json.');
  }
  try {
    return parseJson(text);
  } catch (error) {
    throw error instanceof JsonError ? refusalOf(error.fault) : error;
  }
}

function textOf({ headers, body = '', isBase64Encoded }: ApiEvent): string {
  const encoding = headers['content-encoding']?.toLowerCase() ?? '';
  // API Gateway passes compressed bodies on as they are.
  if (encoding !== '' && encoding !== 'identity') {
    throw new HttpError('unsupported-media-type', 'Send application/json without compression.');
  }
  const text = isBase64Encoded ? Buffer.from(body, 'base64').toString() : body;
  if (Buffer.byteLength(text) > MAX_BODY_BYTES) {
    throw new HttpError('body-too-large', `A body may have ${MAX_BODY_BYTES} bytes.`);
  }
  return text;
}

function refusalOf(fault: JsonFault): HttpError {
  switch (fault.kind) {
    case 'malformed':
      return new HttpError('malformed-json', 'The body cannot be parsed as JSON.');
    case 'too-deep':
      return new HttpError('malformed-json', `A body may be ${MAX_DEPTH} levels deep.`);
    case 'repeated':
      return invalidRequest(
        fault.paths.map((path) => faultAt('body', path, 'must come only once in its object')),
      );
  }
}
