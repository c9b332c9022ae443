import express, { type Express, type Request, type RequestHandler } from 'express';
import { handler as getBet } from '../../functions/getBet.ts';
import { handler as getEvent } from '../../functions/getEvent.ts';
import { handler as listBets } from '../../functions/listBets.ts';
import { handler as listEvents } from '../../functions/listEvents.ts';
import { handler as placeBet } from '../../functions/placeBet.ts';
import { handler as settleEvent } from '../../functions/settleEvent.ts';
import { config } from '../../lib/config.ts';
import type { HttpHandler } from '../../lib/http/handler.ts';
import { MAX_BODY_BYTES } from '../../lib/http/jsonBody.ts';
import { ANSWER_HEADERS, type HttpResponse } from '../../lib/http/problems.ts';
import { measure } from '../../lib/metrics.ts';
import { observeWith, service } from '../../lib/service.ts';
import { allow, answerError, answerUnknownPath, refuse, send } from '../express/answers.ts';
import { createPagesRouter } from '../pages/router.ts';
import { toApiEvent, toContext } from './gateway.ts';
import { demandOperator } from './operator.ts';
import { limitInFlight } from './inFlight.ts';
import { createPrometheus } from './prometheus.ts';

/** When a handler must be done, in milliseconds: API Gateway gives up after 30 seconds at most. */
const HANDLER_DEADLINE_MS = 10_000;
/** When the store must have answered for the service to be ready, in milliseconds. */
const READY_DEADLINE_MS = 2_000;
/** More served at once would only wait for the store; about what it does in a second may wait for that. */
const IN_FLIGHT = { serving: 32, waiting: 1_000, waitMs: 5_000 };

/** The HTTP service: each path's Lambda handler, behind what API Gateway would do. */
export function createApp(isDraining: () => boolean): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  const prometheus = createPrometheus();
  observeWith(measure(prometheus.meter));
  app.use(prometheus.timeRequests);
  app.use((_request, response, next) => {
    if (isDraining()) response.set('connection', 'close');
    next();
  });

  // Compressed bodies are refused, as they are by the handlers: API Gateway does not unpack them.
  const body = express.raw({ type: () => true, limit: MAX_BODY_BYTES, inflate: false });
  const inTurn = limitInFlight(IN_FLIGHT);
  const invoke =
    (handler: HttpHandler): RequestHandler =>
    async (request, response) => {
      send(response, await inTurn(() => invokeHandler(handler, request)));
    };
  app
    .route('/bets')
    .get(invoke(listBets))
    .post(body, invoke(placeBet))
    .all(allow('GET, HEAD, POST'));
  app.route('/bets/:id').get(invoke(getBet)).all(allow('GET, HEAD'));
  app.route('/events').get(invoke(listEvents)).all(allow('GET, HEAD'));
  app
    .route('/events/:event_id')
    .get(invoke(getEvent))
    .put(demandOperator(config.operatorToken), body, invoke(settleEvent))
    .all(allow('GET, HEAD, PUT'));
  app.route('/livez').get(answerAlive).all(allow('GET, HEAD'));
  app.route('/readyz').get(answerReady(isDraining)).all(allow('GET, HEAD'));
  app.route('/metrics').get(prometheus.answerMetrics).all(allow('GET, HEAD'));
  app.use(createPagesRouter(new URL('../../', import.meta.url)));
  app.use(answerUnknownPath);
  app.use(answerError);
  return app;
}

function invokeHandler(handler: HttpHandler, request: Request): Promise<HttpResponse> {
  return handler(toApiEvent(request), toContext(Date.now() + HANDLER_DEADLINE_MS));
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

function answerStatus(status: string): HttpResponse {
  const headers = { ...ANSWER_HEADERS, 'content-type': 'application/json' };
  return { statusCode: 200, headers, body: JSON.stringify({ status }) };
}
