import express from 'express';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toApiEvent, toContext } from './gateway.ts';

interface Sent {
  method?: string;
  path: string;
  headers?: Record<string, string | string[]>;
  body?: Buffer;
}

/** The payload that a handler gets for a request to `route`. */
async function payloadOf(route: string, sent: Sent): Promise<APIGatewayProxyEventV2> {
  const received = Promise.withResolvers<APIGatewayProxyEventV2>();
  const app = express();
  app.all(route, express.raw({ type: () => true }), (request, response) => {
    received.resolve(toApiEvent(request));
    response.end();
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const { method = 'GET', path, headers = {}, body } = sent;
  const outgoing = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent: false });
  outgoing.end(body);
  const payload = await received.promise;
  server.closeAllConnections();
  server.close();
  return payload;
}

describe('toApiEvent', () => {
  it('is the payload 2.0 of API Gateway', async () => {
    const payload = await payloadOf('/bets/:id', {
      path: '/bets/a%3Ab?x=1&y=%C3%A4',
      headers: { 'user-agent': 'test', host: 'example.org' },
    });

    const { requestId, time, timeEpoch } = payload.requestContext;
    expect(payload).toEqual({
      version: '2.0',
      routeKey: 'GET /bets/{id}',
      rawPath: '/bets/a:b',
      rawQueryString: 'x=1&y=%C3%A4',
      headers: { 'user-agent': 'test', host: 'example.org', connection: 'close' },
      queryStringParameters: { x: '1', y: 'ä' },
      pathParameters: { id: 'a:b' },
      requestContext: {
        accountId: 'local',
        apiId: 'local',
        domainName: 'example.org',
        domainPrefix: 'local',
        http: {
          method: 'GET',
          path: '/bets/a:b',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'test',
        },
        requestId,
        routeKey: 'GET /bets/{id}',
        stage: '$default',
        time,
        timeEpoch,
      },
      isBase64Encoded: false,
    });
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('leaves out what a request has not', async () => {
    const payload = await payloadOf('/bets', { path: '/bets' });

    expect(payload).not.toHaveProperty('queryStringParameters');
    expect(payload).not.toHaveProperty('pathParameters');
    expect(payload).not.toHaveProperty('body');
  });

  it('joins repeated headers and parameters with commas, and has cookies apart', async () => {
    const payload = await payloadOf('/bets', {
      path: '/bets?a=1&b=2&a=3',
      headers: { 'x-many': ['1', '2'], cookie: ['a=b; c=d', 'e=f'] },
    });

    expect(payload.queryStringParameters).toEqual({ a: '1,3', b: '2' });
    expect(payload.headers['x-many']).toBe('1,2');
    expect(payload.headers).not.toHaveProperty('cookie');
    expect(payload.cookies).toEqual(['a=b', 'c=d', 'e=f']);
  });

  it('decodes the path up to a question mark, and not the query', async () => {
    const payload = await payloadOf('/bets/:id', { path: '/bets/a%20%C3%A4%3Fb?x=%3F' });

    expect(payload.rawPath).toBe('/bets/a ä');
    expect(payload.rawQueryString).toBe('x=%3F');
    expect(payload.pathParameters).toEqual({ id: 'a ä?b' });
  });

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'APPLICATION/JSON',
    'application/javascript',
    'application/xml',
    'text/plain',
  ])('passes a body of %s on as text', async (type) => {
    const body = Buffer.from('{"a":"ä"}');

    const payload = await payloadOf('/bets', {
      method: 'POST',
      path: '/bets',
      headers: { 'content-type': type },
      body,
    });

    expect([payload.body, payload.isBase64Encoded]).toEqual(['{"a":"ä"}', false]);
  });

  it.each([
    'application/octet-stream',
    'image/png',
    'application/jsonx',
    'application/problem+json',
    'application/x-www-form-urlencoded',
    'text/plain; charset=iso-8859-1',
  ])('passes a body of %s on in base64', async (type) => {
    const body = Buffer.from([0xff, 0x00]);

    const payload = await payloadOf('/bets', {
      method: 'POST',
      path: '/bets',
      headers: { 'content-type': type },
      body,
    });

    expect([payload.body, payload.isBase64Encoded]).toEqual(['/wA=', true]);
  });

  it('does not decode a body without a content type', async () => {
    const payload = await payloadOf('/bets', {
      method: 'POST',
      path: '/bets',
      body: Buffer.from('{}'),
    });

    expect([payload.body, payload.isBase64Encoded]).toEqual(['e30=', true]);
  });
});

describe('toContext', () => {
  it('tells the time that is left, and never less than none', () => {
    jest.spyOn(Date, 'now').mockReturnValue(1000);

    const left = [toContext(1500), toContext(900)].map((c) => c.getRemainingTimeInMillis());
    jest.restoreAllMocks();

    expect(left).toEqual([500, 0]);
  });
});
