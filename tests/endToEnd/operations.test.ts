import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type StoreEndpoint, storeEndpoint } from '../support/storeEndpoint.ts';

const SERVER = join(import.meta.dirname, '../../infra/local/server.ts');
const TOKEN = randomUUID();

let store: StoreEndpoint;
let url = '';
let output = '';
let stop: () => Promise<unknown>;
beforeAll(async () => {
  store = await storeEndpoint();
  const child = spawn(process.execPath, [SERVER], {
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      DYNAMODB_ENDPOINT: store.endpoint,
      TABLE_PREFIX: `test-${randomUUID()}-`,
      OPERATOR_TOKEN: TOKEN,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => void (output += text.toString()));
  }
  await once(child.stdout, 'data');
  url = /http:\/\/\S+/.exec(output)?.[0] ?? '';
  stop = () => {
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    return exit;
  };
});
afterAll(async () => {
  await stop();
  await store.close();
});

const json = { 'content-type': 'application/json' };
const post = (body: object) =>
  fetch(`${url}/bets`, { method: 'POST', headers: json, body: JSON.stringify(body) });
const settle = (event: string, headers: Record<string, string>) =>
  fetch(`${url}/events/${event}`, {
    method: 'PUT',
    headers: { ...json, ...headers },
    body: '{"status":"WIN"}',
  });

/** The value of a metric without labels. */
async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

describe('with OPERATOR_TOKEN', () => {
  it('anybody bets and reads, and only operators settle', async () => {
    const event = randomUUID();
    const placed = await post({ event_id: event, amount: '1.00' });
    const missing = await settle(event, {});
    const wrong = await settle(event, { authorization: `Bearer ${randomUUID()}` });
    const open = await fetch(`${url}/events/${event}`);
    const right = await settle(event, { authorization: `Bearer ${TOKEN}` });

    expect([placed, missing, wrong, open, right].map(({ status }) => status)).toEqual([
      201, 401, 403, 200, 200,
    ]);
    expect(missing.headers.get('www-authenticate')).toBe('Bearer realm="bet-maker"');
    expect(await open.json()).toMatchObject({ event_id: event, state: 'open' });
    expect(await right.json()).toMatchObject({ event_id: event, state: 'settled' });
  });
});

describe('GET /metrics', () => {
  it('counts what the requests did, and prints none of it', async () => {
    const event = randomUUID();
    const before = await metric('bet_maker_stake_placed_minor_total');
    await post({ event_id: event, amount: '2.50' });
    await post({ event_id: event, amount: 1 });
    await settle(event, { authorization: `Bearer ${TOKEN}` });
    await post({ event_id: event, amount: '5.00' });

    const after = await metric('bet_maker_stake_placed_minor_total');
    expect(after - before).toBe(350);
    expect(await metric('bet_maker_bets_refused_total')).toBe(1);
    expect(await metric('bet_maker_settlements_begun_total')).toBe(
      await metric('bet_maker_settlements_finished_total'),
    );
    // A run of the resumer after these requests: every second.
    await delay(1_200);
    expect(await metric('bet_maker_unfinished_settlements')).toBe(0);
    expect(output.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^bet-maker on http:\/\/127\.0\.0\.1:\d+ \(store: http/),
    ]);
    expect(output).not.toContain(TOKEN);
  });
});
