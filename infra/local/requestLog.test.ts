import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import express, { type Response } from 'express';
import { createServer, type Server } from 'node:http';
import { keptLog } from '../../tests/support/keptLog.ts';
import { listen } from './listen.ts';
import { logRequests } from './requestLog.ts';

let server: Server;
afterEach(() => server.closeAllConnections());

/** A server that answers 201 or, at /slow, never; what it logs, and when a line is there. */
async function logged(logLevel: 'DEBUG' | 'INFO') {
  const { logger, lines } = keptLog(logLevel);
  const app = express().use(logRequests(logger));
  const { promise: seen, resolve } = Promise.withResolvers<Response>();
  app.post('/slow', (_request, response) => resolve(response));
  app.post('/bets', (_request, response) => {
    response.status(201).set('x-request-id', 'one').end('{"id":"secret"}');
  });
  server = createServer(app);
  const url = `http://127.0.0.1:${await listen(server)}`;
  return { url, seen, lines: () => lines.map((line) => JSON.parse(line)) };
}

const request = {
  method: 'POST',
  headers: { 'idempotency-key': 'secret', authorization: 'Bearer secret' },
  body: 'secret',
};
const line = {
  level: 'DEBUG',
  message: 'Request',
  timestamp: expect.any(String),
  service: 'bet-maker',
  method: 'POST',
  tookMs: expect.any(Number),
};

describe('logRequests', () => {
  it('tells method, path, status and time at DEBUG, and nothing that is confidential', async () => {
    const { url, lines } = await logged('DEBUG');

    await fetch(`${url}/bets?cursor=secret`, request).then((answer) => answer.text());

    expect(lines()).toEqual([{ ...line, path: '/bets', status: 201, requestId: 'one' }]);
  });

  it('tells no status of a request whose client went away', async () => {
    const { url, lines, seen } = await logged('DEBUG');
    const leaving = new AbortController();
    const asked = fetch(`${url}/slow`, { ...request, signal: leaving.signal });

    const response = await seen;
    leaving.abort();
    await Promise.allSettled([asked, once(response, 'close')]);

    expect(lines()).toEqual([{ ...line, path: '/slow' }]);
  });

  it('is silent at INFO', async () => {
    const { url, lines } = await logged('INFO');

    await fetch(`${url}/bets`, request).then((answer) => answer.text());

    expect(lines()).toEqual([]);
  });
});
