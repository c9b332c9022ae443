import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startEmbeddedStore } from '../../infra/local/embeddedStore.ts';

/** The service with its store away, so that each request that asks for it leaves a line in the log. */
const SERVER = join(import.meta.dirname, '../../infra/local/server.ts');
const MARK = 'from-the-client';
let output = '';
let port = 0;
let stop: () => Promise<unknown>;
beforeAll(async () => {
  const store = await startEmbeddedStore();
  const child = spawn(process.execPath, [SERVER], {
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      DYNAMODB_ENDPOINT: store.endpoint,
      LOG_LEVEL: 'DEBUG',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => void (output += text.toString()));
  }
  await once(child.stdout, 'data');
  port = Number(/:(\d+) /.exec(output)?.[1]);
  await store.close();
  stop = () => {
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    return exit;
  };
});
afterAll(() => stop());

async function send(
  path: string,
  headers: Record<string, string>,
  method = 'GET',
  body = '',
): Promise<number> {
  const asked = request({ port, path, method, headers });
  asked.end(body);
  // The event's one value.
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  await once(answer, 'end');
  return answer.statusCode ?? 0;
}

it('logs one JSON object a line and nothing that a client made up, but a sound correlation id', async () => {
  const forged = `${MARK}\r\n{"level":"ERROR","message":"forged"}`;
  const encoded = encodeURIComponent(`${forged}\u001b[31m`);
  const json = { 'content-type': 'application/json' };
  const statuses = await Promise.all([
    send('/events/e', { 'x-correlation-id': 'trace-42' }),
    send('/events/e', { 'x-correlation-id': `${MARK} {"level":"ERROR"}` }),
    send('/events/e', { 'x-correlation-id': `${MARK}\u00e9\u00ff` }),
    send('/events/e', { 'user-agent': `${MARK}"}`, 'x-amzn-trace-id': MARK, 'x-request-id': MARK }),
    send(`/bets/${encoded}`, {}),
    send(`/events/${MARK}`, {}),
    send(`/bets?event_id=${MARK}`, {}),
    send(
      '/bets',
      { ...json, 'idempotency-key': MARK },
      'POST',
      `{"event_id":"${MARK}","amount":1}`,
    ),
    send(`/${encoded}`, {}),
  ]);
  await delay(200);

  const [, ...lines] = output.trimEnd().split('\n');
  const records = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(statuses.filter((status) => status === 503).length).toBeGreaterThanOrEqual(7);
  expect(records.map((record) => record['correlationId'])).toContain('trace-42');
  expect(records.filter((record) => typeof record['message'] !== 'string')).toEqual([]);
  expect(output).not.toContain(MARK);
  expect(output).not.toContain('forged');
  expect(output).not.toContain('\u001b');
});
