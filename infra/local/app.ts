import { randomUUID } from 'node:crypto';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { handler as getBet } from '../../functions/getBet.ts';
import { handler as getEvent } from '../../functions/getEvent.ts';
import { handler as listBets } from '../../functions/listBets.ts';
import { handler as placeBet } from '../../functions/placeBet.ts';
import { handler as settleEvent } from '../../functions/settleEvent.ts';
import type { HttpHandler } from '../../lib/http/handler.ts';
import { MAX_BODY_BYTES } from '../../lib/http/jsonBody.ts';
import {
  ANSWER_HEADERS,
  type HttpResponse,
  type ProblemCode,
  problemResponse,
} from '../../lib/http/problems.ts';
import { logger } from '../../lib/logger.ts';
import { service } from '../../lib/service.ts';
import { toApiEvent, toContext } from './gateway.ts';

/** When a handler must be done, in milliseconds: API Gateway gives up after 30 seconds at most. */
const HANDLER_DEADLINE_MS = 10_000;
/** When the store must have answered for the service to be ready, in milliseconds. */
const READY_DEADLINE_MS = 2_000;

/** The HTTP service: each path's Lambda handler, behind what API Gateway would do. */
export function createApp(isDraining: () => boolean): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.use((_request, response, next) => {
    if (isDraining()) response.set('connection', 'close');
    next();
  });

  // Compressed bodies are refused, as they are by the handlers: API Gateway does not unpack them.
  const body = express.raw({ type: () => true, limit: MAX_BODY_BYTES, inflate: false });
  app
    .route('/bets')
    .get(invoke(listBets))
    .post(body, invoke(placeBet))
    .all(allow('GET, HEAD, POST'));
  app.route('/bets/:id').get(invoke(getBet)).all(allow('GET, HEAD'));
  app
    .route('/events/:event_id')
    .get(invoke(getEvent))
    .put(body, invoke(settleEvent))
    .all(allow('GET, HEAD, PUT'));
  app.route('/livez').get(answerAlive).all(allow('GET, HEAD'));
  app.route('/readyz').get(answerReady(isDraining)).all(allow('GET, HEAD'));
  app.use((request, response) => {
    send(response, refuse('route-not-found', `There is nothing at ${request.path}.`));
  });
  app.use(answerError);
  return app;
}

function invoke(handler: HttpHandler): RequestHandler {
  return async (request, response) => {
    const context = toContext(Date.now() + HANDLER_DEADLINE_MS);
    send(response, await handler(toApiEvent(request), context));
  };
}

function allow(methods: string): RequestHandler {
  return (request, response) => {
    response.set('allow', methods);
    send(response, refuse('method-not-allowed', `${request.path} has ${methods}.`));
  };
}

const answerAlive: RequestHandler = (_request, response) => {
  send(response, answerStatus('alive'));
};

function answerReady(isDraining: () => boolean): RequestHandler {
  return async (_request, response) => {
    if (isDraining()) return send(response, refuse('not-ready', 'The service is stopping.'));
    try {
      await service.store.ping(AbortSignal.timeout(READY_DEADLINE_MS));
      send(response, answerStatus('ready'));
    } catch {
      send(response, refuse('not-ready', 'The store cannot be reached.'));
    }
  };
}

/** Faults that Express's own parts find, by the HTTP status that they give them. */
const EXPRESS_PROBLEMS: Record<number, { code: ProblemCode; detail: string }> = {
  400: { code: 'malformed-request', detail: 'The request cannot be read.' },
  413: { code: 'body-too-large', detail: `A body may have ${MAX_BODY_BYTES} bytes.` },
  415: { code: 'unsupported-media-type', detail: 'Send application/json without compression.' },
};

const answerError: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) return next(error);
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 500;
  const known = EXPRESS_PROBLEMS[status];
  if (known !== undefined) return send(response, refuse(known.code, known.detail));
  const requestId = randomUUID();
  logger.error('A request failed outside its handler', { requestId, error });
  const detail = 'The failure was logged under the id of this request.';
  send(response, problemResponse('internal', detail, requestId));
};

function refuse(code: ProblemCode, detail: string): HttpResponse {
  return problemResponse(code, detail, randomUUID());
}

function answerStatus(status: string): HttpResponse {
  const headers = { ...ANSWER_HEADERS, 'content-type': 'application/json' };
  return { statusCode: 200, headers, body: JSON.stringify({ status }) };
}

function send(response: Parameters<RequestHandler>[1], answer: HttpResponse): void {
  // Not `send`: it would add to the content type, and the answer is final as it is.
  response.status(answer.statusCode).setHeaders(new Map(Object.entries(answer.headers)));
  response.end(answer.body);
}
