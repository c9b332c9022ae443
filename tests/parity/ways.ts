import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Express } from 'express';
import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import serverless from 'serverless-http';
import { handler as getBet } from '../../functions/getBet.ts';
import { handler as getEvent } from '../../functions/getEvent.ts';
import { handler as listBets } from '../../functions/listBets.ts';
import { handler as listEvents } from '../../functions/listEvents.ts';
import { handler as pages } from '../../functions/pages.ts';
import { handler as placeBet } from '../../functions/placeBet.ts';
import { handler as settleEvent } from '../../functions/settleEvent.ts';
import { createApp } from '../../infra/local/app.ts';
import type { HttpHandler } from '../../lib/http/handler.ts';
import { context } from '../support/apiEvent.ts';
import type { GoldenRequest } from './goldenRequests.ts';

/** An answer with its body's bytes. */
interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** A way to the service. */
export type Way = (golden: GoldenRequest) => Promise<Answer>;

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
  return {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString: query.join('?'),
    ...(body.length > 0 && { body: body.toString() }),
    ...parts,
    headers: { ...headers, ...event.headers },
    requestContext: {
      accountId: '123456789012',
      apiId: 'api',
      domainName: HOST,
      domainPrefix: 'bets',
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: '' },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey,
      stage: '$default',
      time: '22/Nov/2026:12:00:00 +0000',
      timeEpoch: 1_795_348_800_000,
    },
    isBase64Encoded,
  };
}

const handlers = new Map<string | undefined, HttpHandler>([
  ['POST /bets', placeBet],
  ['GET /bets', listBets],
  ['GET /bets/{id}', getBet],
  ['GET /events', listEvents],
  ['GET /events/{event_id}', getEvent],
  ['PUT /events/{event_id}', settleEvent],
]);

/** The route's Lambda handler. */
export const throughHandler: Way = async (golden) => {
  const event = gatewayEvent(golden);
  // The pages are one function, and the only one that is not in the table.
  const handler = handlers.get(golden.routeKey) ?? pages;
  return fromLambda(await handler(event, context));
};

/** The local service's Express app under serverless-http. */
export const throughServerlessHttp: Way = async (golden) => {
  const handler = serverless(createApp(() => false));
  return fromLambda(await handler(gatewayEvent(golden), context));
};

function fromLambda(result: object): Answer {
  const { statusCode, headers, body, isBase64Encoded }: APIGatewayProxyStructuredResultV2 = result;
  const texts = Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)]);
  return {
    status: Number(statusCode),
    headers: Object.fromEntries(texts),
    body: Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}

/** The local service, over HTTP. */
export const throughHttp: Way = (golden) =>
  overHttp(
    createApp(() => false),
    golden,
  );

/** An app's answer over HTTP. */
export async function overHttp(app: Express, golden: GoldenRequest): Promise<Answer> {
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const { method, target: path } = golden;
  const headers = [['Connection', 'close'], ...sentHeaders(golden)].flat();
  const outgoing = httpRequest({ port, host: '127.0.0.1', method, path, headers });
  outgoing.end(golden.body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  server.close();
  const texts = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
  return {
    status: response.statusCode ?? 0,
    headers: Object.fromEntries(texts),
    body: Buffer.concat(chunks),
  };
}

/** Headers that belong to one connection or to the server in front, API Gateway or Node. */
const NOT_OURS = new Set([
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'transfer-encoding',
]);

/**
 * The one place that makes answers comparable: the headers above are left out, and the id of the
 * request, which nobody can know before, is replaced wherever it stands. Ids of bets, the time and
 * chance are the same by `Dependencies`; nothing else may differ.
 */
export function comparable({ status, headers, body }: Answer): object {
  const { 'x-request-id': requestId, ...others } = headers;
  const ours = Object.entries(others).filter(([name]) => !NOT_OURS.has(name));
  const bytes = body.toString('latin1');
  return {
    status,
    headers: Object.fromEntries(ours),
    hasRequestId: requestId !== undefined && requestId !== '',
    body: requestId === undefined ? bytes : bytes.replaceAll(encodeURIComponent(requestId), '*'),
  };
}
