import express, { type Express, type RequestHandler } from 'express';
import { BetError } from '../../lib/bets/errors.ts';
import type { Config } from '../../lib/config.ts';
import type { Call } from '../../lib/http/call.ts';
import { CALLS } from '../../lib/http/calls.ts';
import { createHandler, type HttpHandler } from '../../lib/http/handler.ts';
import { MAX_BODY_BYTES } from '../../lib/http/jsonBody.ts';
import type { Service } from '../../lib/service.ts';
import { answerError, answerUnknownPath, refuse, send, succeed } from '../express/answers.ts';
import { takeOff } from '../express/basePath.ts';
import { allow, expressPath, get } from '../express/routes.ts';
import { createPagesRouter } from '../pages/router.ts';
import { toApiEvent } from './gateway.ts';
import { demandOwnHost, ownHosts } from './hosts.ts';
import { limitInFlight } from './inFlight.ts';
import { demandOperator } from './operator.ts';
import { letOrigins } from './otherOrigins.ts';
import { refuseOtherSites } from './otherSites.ts';
import type { Prometheus } from './prometheus.ts';
import { logRequests } from './requestLog.ts';

/** When a handler must be done, in milliseconds: API Gateway gives up after 30 seconds at most. */
const HANDLER_DEADLINE_MS = 10_000;
/** When the store must have answered for the service to be ready, in milliseconds. */
const READY_DEADLINE_MS = 2_000;
/** Bets served at once: enough for full groups, and little to hold in memory. */
const PLACING = { serving: 256, waiting: 1_000, waitMs: 5_000 };
/** Other calls served at once: a page of the history takes memory, and bets do not wait for it. */
const OTHERS = { serving: 32, waiting: 1_000, waitMs: 5_000 };

const ALIVE = succeed('application/json', '{"status":"alive"}');
const READY = succeed('application/json', '{"status":"ready"}');

const ROUTER_METHODS = { GET: 'get', POST: 'post', PUT: 'put' } as const;

/** The HTTP service: each call's handler behind what API Gateway would do, and the pages. */
export function createApp(
  service: Service,
  config: Pick<Config, 'operatorToken' | 'host' | 'allowedHosts' | 'basePath' | 'corsOrigins'>,
  prometheus: Prometheus,
  isDraining: () => boolean,
): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  if (config.basePath !== '') app.use(takeOff(config.basePath));
  app.use(logRequests(service.logger));
  app.use(prometheus.timeRequests);
  app.use((_request, response, next) => {
    if (isDraining()) response.set('connection', 'close');
    next();
  });
  const hosts = ownHosts(config);
  if (hosts !== undefined) app.use(demandOwnHost(hosts));
  if (config.corsOrigins.length > 0) app.use(letOrigins(config.corsOrigins));
  app.use(refuseOtherSites(config.corsOrigins));

  // Compressed bodies are refused, as they are by the handlers: API Gateway does not unpack them.
  const body = express.raw({ type: () => true, limit: MAX_BODY_BYTES, inflate: false });
  const operator = demandOperator(config.operatorToken);
  const placing = limitInFlight(PLACING);
  const others = limitInFlight(OTHERS);
  const answer = (call: Call): RequestHandler[] => [
    ...(call.operatorsOnly ? [operator] : []),
    ...(call.request.body === undefined ? [] : [body]),
    invoke(createHandler(call, service), call.name === 'placeBet' ? placing : others),
  ];
  for (const [path, calls] of Map.groupBy(CALLS, ({ call }) => call.path)) {
    const route = app.route(expressPath(path));
    for (const { call } of calls) route[ROUTER_METHODS[call.method]](...answer(call));
    route.all(allow(calls.map(({ call }) => call.method)));
  }
  get(app, '/livez', (_request, response) => send(response, ALIVE));
  get(app, '/readyz', answerReady(service, isDraining));
  get(app, '/metrics', prometheus.answerMetrics);
  app.use(createPagesRouter(new URL('../../', import.meta.url)));
  app.use(answerUnknownPath);
  app.use(answerError(service.logger));
  return app;
}

function invoke(handler: HttpHandler, inTurn: ReturnType<typeof limitInFlight>): RequestHandler {
  return async (request, response) => {
    const answer = await inTurn(request.path, () => {
      const deadline = Date.now() + HANDLER_DEADLINE_MS;
      const remaining = () => Math.max(0, deadline - Date.now());
      return handler(toApiEvent(request), { getRemainingTimeInMillis: remaining });
    });
    send(response, answer);
  };
}

function answerReady(service: Service, isDraining: () => boolean): RequestHandler {
  return async (_request, response) => {
    if (isDraining()) return refuse(response, 'not-ready', 'The service is stopping.');
    try {
      await service.within(READY_DEADLINE_MS, ({ store }) => store.verifyLayout());
      send(response, READY);
    } catch (error) {
      const isOther = error instanceof BetError && error.code === 'not-ready';
      refuse(response, 'not-ready', isOther ? error.message : 'The store cannot be reached.');
    }
  };
}
