import { randomUUID } from 'node:crypto';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { MAX_BODY_BYTES } from '../../lib/http/jsonBody.ts';
import {
  ANSWER_HEADERS,
  type HttpResponse,
  type ProblemCode,
  problemResponse,
} from '../../lib/http/problems.ts';
import { rootFrom } from '../../lib/http/references.ts';
import type { Logger } from '../../lib/logger.ts';

/** Answers that no handler gives, for the local service and for the pages on Lambda. */

export function send(response: Response, answer: HttpResponse): void {
  const { statusCode, headers, body, isBase64Encoded = false } = answer;
  const { vary, ...others } = headers;
  // Not `send`: it would add to the content type, and the answer is final as it is.
  response.status(statusCode).setHeaders(new Map(Object.entries(others)));
  if (vary !== undefined) response.vary(vary);
  response.end(isBase64Encoded ? Buffer.from(body, 'base64') : body);
}

export function succeed(contentType: string, body: string): HttpResponse {
  return { statusCode: 200, headers: { ...ANSWER_HEADERS, 'content-type': contentType }, body };
}

/** A refusal of a request to `path`. */
export function refusal(code: ProblemCode, detail: string, path = '/'): HttpResponse {
  return problemResponse({ code, detail, requestId: randomUUID(), root: rootFrom(path) });
}

export function refuse(response: Response, code: ProblemCode, detail: string): void {
  send(response, refusal(code, detail, response.req.path));
}

/** To a place that is told relative to the request, for good (RFC 9110 §15.4.9). */
export function redirect(response: Response, location: string): void {
  send(response, { statusCode: 308, headers: { ...ANSWER_HEADERS, location }, body: '' });
}

export const answerUnknownPath: RequestHandler = (request, response) => {
  refuse(response, 'route-not-found', `There is nothing at ${request.path}.`);
};

/** Faults that Express's own parts find, by the HTTP status that they give them. */
const EXPRESS_PROBLEMS: Record<number, { code: ProblemCode; detail: string }> = {
  400: { code: 'malformed-request', detail: 'The request cannot be read.' },
  413: { code: 'body-too-large', detail: `A body may have ${MAX_BODY_BYTES} bytes.` },
  415: { code: 'unsupported-media-type', detail: 'Send application/json without compression.' },
};

export function answerError(logger: Logger): ErrorRequestHandler {
  return (error: unknown, { path }, response, next) => {
    if (response.headersSent) return next(error);
    const status = error instanceof Error && 'status' in error ? Number(error.status) : 500;
    const known = EXPRESS_PROBLEMS[status];
    if (known !== undefined) return refuse(response, known.code, known.detail);
    const requestId = randomUUID();
    logger.error('A request failed outside its handler', { requestId, error });
    const detail = 'The failure was logged under the id of this request.';
    const root = rootFrom(path);
    send(response, problemResponse({ code: 'internal', detail, requestId, root }));
  };
}
