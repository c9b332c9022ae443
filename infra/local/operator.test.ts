import { afterEach, describe, expect, it } from '@jest/globals';
import express from 'express';
import { createServer, type Server } from 'node:http';
import { listen } from './listen.ts';
import { demandOperator } from './operator.ts';

const TOKEN = 'mF_9.B5f-4.1JqM+/~==';

let server: Server | undefined;
afterEach(() => {
  server?.close();
});

/** Asks something that only operators may do; 204 is its answer to them. */
async function ask(token: string | undefined, authorization?: string): Promise<Response> {
  const app = express();
  app.get('/', demandOperator(token), (_request, response) => void response.status(204).end());
  server = createServer(app);
  const port = await listen(server);
  return fetch(`http://127.0.0.1:${port}/`, {
    headers: { connection: 'close', ...(authorization !== undefined && { authorization }) },
  });
}

describe('demandOperator', () => {
  it('lets everybody through when there is no token', async () => {
    expect((await ask(undefined)).status).toBe(204);
  });

  it.each([`Bearer ${TOKEN}`, `bearer ${TOKEN}`, `BEARER   ${TOKEN}`])(
    'lets through who sends "%s"',
    async (authorization) => {
      expect((await ask(TOKEN, authorization)).status).toBe(204);
    },
  );

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    TOKEN,
    `Basic ${TOKEN}`,
    `Bearer ${TOKEN} ${TOKEN}`,
    `Bearer "${TOKEN}"`,
    `Bearer ${TOKEN},`,
    `Bearer =${TOKEN}`,
    `BearerX ${TOKEN}`,
  ])('asks for a token when it gets %j', async (authorization) => {
    const answer = await ask(TOKEN, authorization);

    const requestId = answer.headers.get('x-request-id');
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="bet-maker"');
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toEqual({
      type: '/docs/problems#unauthorized',
      title: 'The call needs a token',
      status: 401,
      detail: 'Only operators settle events: a bearer token is missing or malformed.',
      instance: `urn:bet-maker:request:${requestId}`,
    });
  });

  it.each([TOKEN.slice(1), TOKEN.slice(0, -2), `x${TOKEN}`, TOKEN.toLowerCase(), 'x'])(
    'refuses the token %s',
    async (token) => {
      const answer = await ask(TOKEN, `Bearer ${token}`);

      const requestId = answer.headers.get('x-request-id');
      expect(answer.status).toBe(403);
      expect(answer.headers.get('www-authenticate')).toBe(
        'Bearer realm="bet-maker", error="invalid_token"',
      );
      expect(await answer.json()).toEqual({
        type: '/docs/problems#forbidden',
        title: 'The token does not allow it',
        status: 403,
        detail: 'Only operators settle events: this is not their token.',
        instance: `urn:bet-maker:request:${requestId}`,
      });
    },
  );
});
