import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Express } from 'express';
import { createServer, type IncomingMessage, request as httpRequest } from 'node:http';
import { buffer } from 'node:stream/consumers';
import serverless from 'serverless-http';
import { handler as pages } from '../../functions/pages.ts';
import { createApp } from '../../infra/local/app.ts';
import { listen } from '../../infra/local/listen.ts';
import { createPrometheus } from '../../infra/local/prometheus.ts';
import { readConfig } from '../../lib/config.ts';
import { CALLS } from '../../lib/http/calls.ts';
import { createHandler } from '../../lib/http/handler.ts';
import type { Service } from '../../lib/service.ts';
import { apiEvent, context } from '../support/apiEvent.ts';
import type { GoldenRequest } from './goldenRequests.ts';

/** An answer with its body's bytes. */
interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** A way to the service. */
export type Way = (service: Service, golden: GoldenRequest) => Promise<Answer>;

const HOST = 'bets.example';

/** The headers that a client sends, its own and those that HTTP needs. */
function sentHeaders({ method, headers, body }: GoldenRequest): GoldenRequest['headers'] {
  const hasBody = body.length > 0 || ['POST', 'PUT', 'PATCH'].includes(method);
  const length: GoldenRequest['headers'] = hasBody ? [['Content-Length', `${body.length}`]] : [];
  return [['Host', HOST], ...length, ...headers];
}

/** The event (payload format 2.0) that API Gateway sends for a request. */
export function gatewayEvent(golden: GoldenRequest): APIGatewayProxyEventV2 {
  const { method, target, body, routeKey = '$default', event } = golden;
  const [path = '', ...query] = target.split('?');
  const { rawPath = path, isBase64Encoded = false, ...parts } = event;
  const sent = sentHeaders(golden).map(([name, value]) => [name.toLowerCase(), value] as const);
  const headers = Object.fromEntries(sent.filter(([name]) => name !== 'cookie'));
  const text = body.length > 0 ? { body: body.toString() } : {};
  const { requestContext, ...base } = apiEvent({ method, path: rawPath, isBase64Encoded, ...text });
  return {
    ...base,
    routeKey,
    rawQueryString: query.join('?'),
    ...parts,
    headers: { ...headers, ...event.headers },
    requestContext: { ...requestContext, routeKey, requestId: 'JKJaXmPLvHcESHA=' },
  };
}

/** The route's Lambda handler. */
export const throughHandler: Way = async (service, golden) => {
  const found = CALLS.find(({ call }) => `${call.method} ${call.path}` === golden.routeKey);
  // The pages are one function for what is no call.
  const handler = found === undefined ? pages : createHandler(found.call, service);
  return fromLambda(await handler(gatewayEvent(golden), context));
};

const prometheus = createPrometheus();
function localApp(service: Service): Express {
  return createApp(service, readConfig({ ALLOWED_HOSTS: HOST }), prometheus, () => false);
}

/** The local service's Express app under serverless-http. */
export const throughServerlessHttp: Way = async (service, golden) => {
  const handler = serverless(localApp(service));
  return fromLambda(await handler(gatewayEvent(golden), context));
};

/** The local service, over HTTP. */
export const throughHttp: Way = (service, golden) => overHttp(localApp(service), golden);

function fromLambda(result: object): Answer {
  const { statusCode, headers, body, isBase64Encoded }: APIGatewayProxyStructuredResultV2 = result;
  const texts = Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)]);
  return {
    status: Number(statusCode),
    headers: Object.fromEntries(texts),
    body: Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}

/** An app's answer over HTTP. */
export async function overHttp(app: Express, golden: GoldenRequest): Promise<Answer> {
  const server = createServer(app);
  const port = await listen(server);
  const { method, target: path } = golden;
  const headers = [['Connection', 'close'], ...sentHeaders(golden)].flat();
  const answered = Promise.withResolvers<IncomingMessage>();
  const options = { port, host: '127.0.0.1', method, path, headers };
  httpRequest(options, answered.resolve).on('error', answered.reject).end(golden.body);
  const response = await answered.promise;
  const body = await buffer(response);
  server.close();
  const texts = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
  return { status: response.statusCode ?? 0, headers: Object.fromEntries(texts), body };
}

/** Headers that belong to one connection or to the server in front, API Gateway or Node. */
const NOT_OURS =
  /^(connection|content-length|date|keep-alive|strict-transport-security|transfer-encoding)$/;

/**
 * The one place that makes answers comparable: the headers above are left out, and the id of the
 * request, which nobody can know before, is replaced wherever it stands. Ids of bets, the time and
 * chance are the same each time; nothing else may differ.
 */
export function comparable({ status, headers, body }: Answer): object {
  const { 'x-request-id': requestId, ...others } = headers;
  const ours = Object.entries(others).filter(([name]) => !NOT_OURS.test(name));
  const bytes = body.toString('latin1');
  return {
    status,
    headers: Object.fromEntries(ours),
    hasRequestId: requestId !== undefined && requestId !== '',
    body: requestId === undefined ? bytes : bytes.replaceAll(encodeURIComponent(requestId), '*'),
  };
}
