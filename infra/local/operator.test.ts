import { describe, expect, it } from '@jest/globals';
import express from 'express';
import { createServer } from 'node:http';
import { listen } from './listen.ts';
import { demandOperator } from './operator.ts';

const TOKEN = 'mF_9.B5f-4.1JqM+/~==';

/** Asks something that only operators may do; 204 is its answer to them. */
async function ask(token: string | undefined, authorization?: string): Promise<Response> {
  const app = express();
  app.get('/', demandOperator(token), (_request, response) => void response.status(204).end());
  const server = createServer(app);
  const url = `http://127.0.0.1:${await listen(server)}/`;
  const headers = authorization === undefined ? undefined : { authorization };
  return fetch(url, { headers: { connection: 'close', ...headers } }).finally(() => server.close());
}

/** The status, the headers that tell why, and the problem but for its instance. */
async function refusalTo(authorization?: string): Promise<unknown[]> {
  const answer = await ask(TOKEN, authorization);
  const { instance, ...problem }: Record<string, unknown> = JSON.parse(await answer.text());
  expect(instance).toBe(`urn:bet-maker:request:${answer.headers.get('x-request-id')}`);
  const headers = ['content-type', 'www-authenticate'].map((name) => answer.headers.get(name));
  return [answer.status, ...headers, problem];
}
const MEDIA_TYPE = 'application/problem+json';

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
    ...[undefined, '', 'Bearer', 'Bearer ', TOKEN],
    `Basic ${TOKEN}`,
    `Bearer ${TOKEN} ${TOKEN}`,
    `Bearer "${TOKEN}"`,
    `Bearer ${TOKEN},`,
    `Bearer =${TOKEN}`,
    `BearerX ${TOKEN}`,
  ])('asks for a token when it gets %j', async (authorization) => {
    const problem = {
      type: 'docs/problems#unauthorized',
      title: 'The call needs a token',
      status: 401,
      detail: 'Only operators settle events: a bearer token is missing or malformed.',
    };
    const challenge = 'Bearer realm="bet-maker"';
    expect(await refusalTo(authorization)).toEqual([401, MEDIA_TYPE, challenge, problem]);
  });

  it.each([TOKEN.slice(1), TOKEN.slice(0, -2), `x${TOKEN}`, TOKEN.toLowerCase(), 'x'])(
    'refuses the token %s',
    async (token) => {
      const problem = {
        type: 'docs/problems#unauthorized',
        title: 'The call needs a token',
        status: 401,
        detail: 'Only operators settle events: this is not their token.',
      };
      const challenge = 'Bearer realm="bet-maker", error="invalid_token"';
      const refusal = await refusalTo(`Bearer ${token}`);
      expect(refusal).toEqual([401, MEDIA_TYPE, challenge, problem]);
    },
  );
});
