import { describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import express from 'express';
import { createServer, request as httpRequest, type RequestOptions } from 'node:http';
import { toApiEvent } from './gateway.ts';
import { listen } from './listen.ts';

/** The payload that a handler gets for a request to `route`. */
async function payloadOf(route: string, sent: RequestOptions, body?: Buffer) {
  const received = Promise.withResolvers<APIGatewayProxyEventV2>();
  const app = express();
  app.all(route, express.raw({ type: () => true }), (request, response) => {
    received.resolve(toApiEvent(request));
    response.end();
  });
  const server = createServer(app);
  const port = await listen(server);
  httpRequest({ host: '127.0.0.1', port, agent: false, ...sent }).end(body);
  const payload = await received.promise;
  server.close();
  return payload;
}

/** What tests/parity holds against the golden requests is not said again. */
describe('toApiEvent', () => {
  it('is the payload 2.0 of API Gateway', async () => {
    const headers = { 'user-agent': 'test', host: 'example.org' };
    const payload = await payloadOf('/bets/:id', { path: '/bets/a%3Ab?x=1&y=%C3%A4', headers });

    const { time, timeEpoch } = payload.requestContext;
    expect(payload).toEqual({
      version: '2.0',
      routeKey: 'GET /bets/{id}',
      rawPath: '/bets/a:b',
      rawQueryString: 'x=1&y=%C3%A4',
      headers: { ...headers, connection: 'close' },
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
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        routeKey: 'GET /bets/{id}',
        stage: '$default',
        time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
        timeEpoch: expect.any(Number),
      },
      isBase64Encoded: false,
    });
    const said = Date.parse(time.replaceAll('/', ' ').replace(':', ' '));
    expect(said).toBe(Math.floor(timeEpoch / 1_000) * 1_000);
  });

  it.each([
    ...['application/json', 'application/json; charset=utf-8', 'application/json;charset=UTF-8'],
    ...['APPLICATION/JSON', 'application/javascript', 'application/xml', 'text/plain'],
  ])('passes a body of %s on as text', async (type) => {
    expect(await bodyOf(type)).toEqual(['{"a":"ä"}', false]);
  });

  it.each([
    ...['application/octet-stream', 'image/png', 'application/jsonx', 'application/problem+json'],
    ...['application/x-www-form-urlencoded', 'text/plain; charset=iso-8859-1'],
  ])('passes a body of %s on in base64', async (type) => {
    expect(await bodyOf(type)).toEqual(['eyJhIjoiw6QifQ==', true]);
  });
});

async function bodyOf(type: string): Promise<unknown[]> {
  const sent = { method: 'POST', path: '/bets', headers: { 'content-type': type } };
  const { body, isBase64Encoded } = await payloadOf('/bets', sent, Buffer.from('{"a":"ä"}'));
  return [body, isBase64Encoded];
}
