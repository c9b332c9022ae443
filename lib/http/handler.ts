import middy, { type Request } from '@middy/core';
import type { APIGatewayProxyEventV2 as ApiEvent, Context } from 'aws-lambda';
import { BetError } from '../bets/errors.ts';
import { type LogIds, type Logger, withLogIds } from '../logger.ts';
import type { Service } from '../service.ts';
import { completed, type GivenEvent, refuseOtherFormat } from './apiEvent.ts';
import type { Answer, Call, Refusal } from './call.ts';
import { compressed } from './compression.ts';
import { conditional } from './conditionalGet.ts';
import { jsonBody } from './jsonBody.ts';
import { callerOf } from './caller.ts';
import {
  ANSWER_HEADERS,
  HttpError,
  type HttpResponse,
  type ProblemParts,
  problemResponse,
} from './problems.ts';
import { rootFromCall } from './references.ts';
import { parseRequest } from './request.ts';

type Place = Pick<ProblemParts, 'requestId' | 'root'>;

/** When a request is given up, in milliseconds; every call of the store ends by then. */
const DEADLINE_MS = 8_000;

/** What is used of Lambda's context: when the invocation must be done. */
export type Invocation = Pick<Context, 'getRemainingTimeInMillis'>;

export type HttpHandler = (given: GivenEvent, invocation: Invocation) => Promise<HttpResponse>;

/**
 * A Lambda handler for an API Gateway HTTP API (payload format 2.0). The request is parsed by the
 * call's schemas; whatever the call throws becomes an RFC 9457 problem.
 * @see API Gateway's developer guide, "Create AWS Lambda proxy integrations for HTTP APIs"
 */
export function createHandler(call: Call, service: Service): HttpHandler {
  const stack = middy<ApiEvent, HttpResponse>();
  stack.before(({ event }) => refuseOtherFormat(event));
  if (call.request.body !== undefined) stack.use(jsonBody());
  stack
    .onError((request) => answerProblem(request, placeOf(call, request.event), service.logger))
    .handler(async (apiEvent) => {
      const request = parseRequest(call, apiEvent);
      const caller = callerOf(apiEvent);
      const answer = await service.within(DEADLINE_MS, (context) =>
        call.respond(context, request, caller),
      );
      const response = jsonResponse(answer, placeOf(call, apiEvent));
      return compressed(apiEvent, conditional(apiEvent, response));
    });
  return async (given, invocation) => {
    const apiEvent = completed(given);
    try {
      const lambda = invocation as Context; // Middy reads only when the time is up.
      return await withLogIds(logIdsOf(apiEvent), () => stack(apiEvent, lambda));
    } finally {
      service.observer.flush();
    }
  };
}

/** A token that is safe in any log: no client writes more into one. */
const CORRELATION_ID = /^[\w.:~-]{1,128}$/;

function logIdsOf({ headers, requestContext: { requestId } }: ApiEvent): LogIds {
  const given = headers['x-correlation-id'] ?? '';
  return { requestId, correlationId: CORRELATION_ID.test(given) ? given : requestId };
}

/** What an answer says of its request: the id, and the way from it to the service's root. */
function placeOf({ path }: Call, { rawPath, requestContext }: ApiEvent): Place {
  return { requestId: requestContext.requestId, root: rootFromCall(path, rawPath) };
}

function jsonResponse(answer: Answer, { requestId, root }: Place): HttpResponse {
  const { status, location, headers, body } = answer;
  const made = location !== undefined && { location: root + location };
  const own = { 'content-type': 'application/json', 'x-request-id': requestId };
  const all = { ...ANSWER_HEADERS, ...headers, ...made, ...own };
  return { statusCode: status, headers: all, body: JSON.stringify(body) };
}

function answerProblem(
  request: Request<ApiEvent, HttpResponse>,
  place: Place,
  logger: Logger,
): void {
  const { error } = request;
  const { requestId } = place;
  const { code, detail } = problemOf(error);
  if (code === 'internal') logger.error('A request failed', { requestId, error });
  if (code === 'unavailable' || code === 'not-ready')
    logger.warn('The store did not serve a request', { requestId, error });
  const errors = error instanceof HttpError ? error.errors : [];
  request.response = problemResponse({ code, detail, errors, ...place });
}

const OUT_OF_TIME: Refusal = { code: 'unavailable', detail: 'The request ran out of time.' };
const LOGGED = 'The failure was logged under the id of this request.';

function problemOf(error: unknown): Refusal {
  if (error instanceof BetError || error instanceof HttpError) {
    return { code: error.code, detail: error.message };
  }
  // Middy throws this a moment before Lambda would end the invocation.
  if (error instanceof Error && error.name === 'TimeoutError') return OUT_OF_TIME;
  return { code: 'internal', detail: LOGGED };
}
