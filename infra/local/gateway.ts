import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Request } from 'express';
import { callPath } from '../express/routes.ts';

/**
 * Content types whose bodies API Gateway passes on as text; all others, and bodies without a type,
 * come in base64. The documentation lists none; these were measured on AWS.
 *
 * @see https://github.com/ministackorg/ministack/pull/766
 * @see https://github.com/floci-io/floci/issues/2172
 */
const TEXT_TYPE =
  /^(?:text\/[\w.+-]+|application\/(?:json|xml|javascript))\s*(?:;\s*charset="?utf-8"?\s*)?$/i;

/** The payload (format 2.0) that an API Gateway HTTP API would send; see lib/http/handler.ts. */
export function toApiEvent(request: Request): APIGatewayProxyEventV2 {
  const { method, originalUrl } = request;
  // Unlike what the name promises, it is decoded, and ends at a decoded `?`.
  // https://github.com/honojs/hono/issues/2156
  // https://github.com/middleapi/standard-server/pull/93
  const rawPath = decodeURIComponent(request.path).replace(/\?.*/s, '');
  const rawQueryString = /\?(.*)$/s.exec(originalUrl)?.[1] ?? '';
  const query = queryOf(rawQueryString);
  const params = pathOf(request);
  const { cookie = '', ...headers } = joinHeaders(request);
  const routeKey = `${method} ${routeOf(request) ?? '/'}`;
  const now = Date.now();
  return {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString,
    ...(cookie !== '' && { cookies: cookie.split(/;\s*/) }),
    headers,
    ...(Object.keys(query).length > 0 && { queryStringParameters: query }),
    ...(Object.keys(params).length > 0 && { pathParameters: params }),
    requestContext: {
      accountId: 'local',
      apiId: 'local',
      domainName: request.hostname,
      domainPrefix: 'local',
      http: {
        method,
        path: rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '',
        userAgent: request.get('user-agent') ?? '',
      },
      requestId: randomUUID(),
      routeKey,
      stage: '$default',
      time: logTime(now),
      timeEpoch: now,
    },
    ...encodeBody(request.body, headers['content-type']),
  };
}

/** The path of the matched route as API Gateway writes it; undefined when there is none. */
export function routeOf(request: Request): string | undefined {
  // Express types it `any`; every route here is given as a text.
  const route: { path: string } | undefined = request.route;
  return route && callPath(route.path);
}

/** As access logs write it: 22/Nov/2026:12:00:00 +0000. */
function logTime(milliseconds: number): string {
  const [, day, month, year, time] = new Date(milliseconds).toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}

/**
 * API Gateway joins the values of a repeated header with commas, while Node drops some and puts a
 * space after the others' commas; several cookies become one header (RFC 6265 §5.4).
 * serverless-http, which gives a request that is an event already, fills in `headers` alone.
 */
export function joinHeaders({
  headers,
  headersDistinct,
  rawHeaders,
}: Request): Record<string, string> {
  const present = rawHeaders.length > 0 ? headersDistinct : headers;
  // Without a prototype, whose names are headers like any other.
  const joined: Record<string, string> = Object.create(null);
  for (const [name, value = ''] of Object.entries(present)) {
    // A length is a number under serverless-http.
    joined[name] = [value].flat().join(name === 'cookie' ? '; ' : ',');
  }
  return joined;
}

/** API Gateway joins the values of a repeated key with commas. */
function queryOf(rawQueryString: string): Record<string, string> {
  const query = new URLSearchParams(rawQueryString);
  const names = new Set(query.keys());
  return Object.fromEntries(Array.from(names, (name) => [name, query.getAll(name).join(',')]));
}

function pathOf({ params }: Request): Record<string, string> {
  const values = Object.entries(params).map(([name, value]) => [name, [value].flat().join('/')]);
  return Object.fromEntries(values);
}

function encodeBody(body: unknown, contentType = '') {
  if (!Buffer.isBuffer(body) || body.length === 0) return { isBase64Encoded: false };
  const text = TEXT_TYPE.test(contentType);
  return { body: body.toString(text ? 'utf8' : 'base64'), isBase64Encoded: !text };
}
