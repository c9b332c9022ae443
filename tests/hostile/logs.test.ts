import { expect, it } from '@jest/globals';
import { request } from 'node:http';
import { startEmbeddedStore } from '../../infra/local/embeddedStore.ts';
import { eventually, startService } from '../support/service.ts';

const MARK = 'from-the-client';

/** With `node:http`, which sends headers that `fetch` does not. */
function send(url: string, headers: Record<string, string>, body?: string): Promise<number> {
  const method = body === undefined ? 'GET' : 'POST';
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
    });
    asked.on('error', reject).end(body);
  });
}

it('logs one JSON object a line and nothing that a client made up but a path', async () => {
  const store = await startEmbeddedStore();
  const environment = { DYNAMODB_ENDPOINT: store.endpoint, LOG_LEVEL: 'DEBUG' };
  const { url, output, stop } = await startService(environment);
  // Without its store each request that asks for it leaves a line in the log.
  await store.close();
  const forged = `${MARK}\r\n{"level":"ERROR","message":"forged"}`;
  const encoded = encodeURIComponent(`${forged}\u001b[31m`);
  const json = { 'content-type': 'application/json' };

  const statuses = await Promise.all([
    send(`${url}/events/e`, { 'x-correlation-id': 'trace-42' }),
    send(`${url}/events/e`, { 'x-correlation-id': `${MARK} {"level":"ERROR"}` }),
    send(`${url}/events/e`, { 'x-correlation-id': `${MARK}\u00e9\u00ff` }),
    send(`${url}/events/e`, { 'user-agent': `${MARK}"}`, 'x-amzn-trace-id': MARK }),
    send(`${url}/events/e`, { 'x-request-id': MARK }),
    send(`${url}/events/${MARK}`, {}),
    send(`${url}/bets?event_id=${MARK}`, {}),
    send(`${url}/bets`, { ...json, 'idempotency-key': MARK }, `{"event_id":"${MARK}","amount":1}`),
    send(`${url}/bets/${encoded}`, {}),
    send(`${url}/${encoded}`, {}),
  ]);

  expect(statuses).toEqual([...Array(8).fill(503), 404, 404]);
  const lines = await eventually(
    async () => output().trimEnd().split('\n').slice(2),
    (all) => all.filter((line) => line.includes('"message":"Request"')).length === 10,
  );
  await stop('SIGKILL');
  const records = lines.map((line): Record<string, unknown> => JSON.parse(line));
  expect(records.map((record) => record['correlationId'])).toContain('trace-42');
  expect(records.filter((record) => typeof record['message'] !== 'string')).toEqual([]);
  // The path of a request as it was sent, in the line of DEBUG that tells of it.
  const withoutPaths = records.map(({ path: _path, ...record }) => JSON.stringify(record)).join();
  expect(withoutPaths).not.toContain(MARK);
  expect(withoutPaths).not.toContain('forged');
  const paths = records.flatMap(({ message, path }) => (message === 'Request' ? [path] : []));
  expect(new Set(paths)).toEqual(
    new Set(['/events/e', `/events/${MARK}`, '/bets', `/bets/${encoded}`, `/${encoded}`]),
  );
  expect(output()).not.toContain('\u001b');
});
