import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Request } from 'express';
import type { InvocationContext } from '../../lib/http/handler.ts';

/** Content types whose bodies API Gateway passes on as text; all others come base64-encoded. */
const TEXT_TYPE = /^(?:text\/|application\/(?:[\w.+-]+\+)?(?:json|xml|javascript)\b)/i;

/**
 * The payload (format 2.0) that an API Gateway HTTP API would send for a request.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function toApiEvent(request: Request): APIGatewayProxyEventV2 {
  const { method, originalUrl, headers } = request;
  const { pathname, search, searchParams } = new URL(originalUrl, 'http://localhost');
  const routeKey = `${method} ${routeOf(request) ?? '/'}`;
  const body: unknown = request.body;
  const now = Date.now();
  return {
    version: '2.0',
    routeKey,
    rawPath: pathname,
    rawQueryString: search.slice(1),
    headers: joinHeaders(headers),
    ...(searchParams.size > 0 && { queryStringParameters: joinRepeated(searchParams) }),
    ...(Object.keys(request.params).length > 0 && { pathParameters: pathParameters(request) }),
    requestContext: {
      accountId: 'local',
      apiId: 'local',
      domainName: request.hostname,
      domainPrefix: 'local',
      http: {
        method,
        path: pathname,
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
    ...encodeBody(body, headers['content-type']),
  };
}

/** The path of the matched route as API Gateway writes it; undefined when there is none. */
export function routeOf(request: Request): string | undefined {
  // Express types it `any`; every route here is given as a text.
  const route = request.route as { path: string } | undefined;
  return route?.path.replaceAll(/:(\w+)/g, '{$1}');
}

/** As access logs write it: 22/Nov/2026:12:00:00 +0000. */
function logTime(milliseconds: number): string {
  const [, day, month, year, time] = new Date(milliseconds).toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}

function joinHeaders(headers: Request['headers']): Record<string, string> {
  const present = Object.entries(headers).filter(([name]) => name !== 'cookie');
  return Object.fromEntries(present.map(([name, value]) => [name, [value].flat().join(',')]));
}

/** API Gateway joins the values of a repeated key with commas. */
function joinRepeated(query: URLSearchParams): Record<string, string> {
  const names = [...new Set(query.keys())];
  return Object.fromEntries(names.map((name) => [name, query.getAll(name).join(',')]));
}

function pathParameters({ params }: Request): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, [value].flat().join('/')]),
  );
}

function encodeBody(
  body: unknown,
  contentType = '',
): Pick<APIGatewayProxyEventV2, 'body' | 'isBase64Encoded'> {
  if (!Buffer.isBuffer(body) || body.length === 0) return { isBase64Encoded: false };
  const text = TEXT_TYPE.test(contentType);
  return { body: body.toString(text ? 'utf8' : 'base64'), isBase64Encoded: !text };
}

/** The invocation's context, as far as a handler can tell it from Lambda's: when it must be done. */
export function toContext(deadline: number): InvocationContext {
  return { getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()) };
}
