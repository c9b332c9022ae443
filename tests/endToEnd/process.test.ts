import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { startEmbeddedStore } from '../../infra/local/embeddedStore.ts';
import { listen } from '../../infra/local/listen.ts';
import { betBody, eventBody } from '../../lib/http/bodies.ts';
import { startProxy } from '../support/proxy.ts';
import { eventually, historyOf, type Service, startService } from '../support/service.ts';

/** What a process goes through. Its store is another process's in each case but the first. */
const SERVER = join(import.meta.dirname, '../../infra/local/server.ts');

const idOf = ({ body }: { body: unknown }) => betBody.parse(body).id;
const place = (service: Service, event: string) =>
  service.post('/bets', { event_id: event, amount: '1.00' });
const eventAt = async (service: Service, event: string) =>
  eventBody.parse((await service.get(`/events/${event}`)).body);
const settled = (service: Service, event: string) =>
  eventually(
    () => eventAt(service, event),
    ({ state }) => state === 'settled',
  );

describe('without settings', () => {
  it('serves from a store of its own, says who may settle, and ends on SIGTERM', async () => {
    const service = await startService();

    const ready = await service.get('/readyz');
    const alive = await service.get('/livez');
    const code = await service.stop('SIGTERM');

    expect(service.output()).toBe(
      `bet-maker on ${service.url} (store: embedded, in memory: it forgets all bets at exit)\n` +
        'Anybody may settle events: there is no OPERATOR_TOKEN. ' +
        'It answers only for localhost, 127.0.0.1, [::1].\n',
    );
    expect([ready.status, ready.body]).toEqual([200, { status: 'ready' }]);
    expect([alive.status, alive.body]).toEqual([200, { status: 'alive' }]);
    expect(code).toBe(0);
  });
});

/** How a program ends that cannot start: its exit code and all that it printed. */
function endOf(name: string, settings: Record<string, string>): Promise<unknown> {
  const env = { PATH: process.env['PATH'], ...settings };
  return new Promise((resolve) => {
    execFile(process.execPath, [join(SERVER, '..', name)], { env }, (error, stdout, stderr) =>
      resolve({ code: error?.code, stdout, stderr }),
    );
  });
}

describe('with wrong settings', () => {
  it.each(['server.ts', 'dev.ts'])(
    '(%s) lists all of them at once and exits with 2',
    async (name) => {
      const wrong = { PORT: 'http', DYNAMODB_ENDPOINT: 'nowhere', OPERATOR_TOKEN: 'secret' };

      expect(await endOf(name, wrong)).toEqual({
        code: 2,
        stdout: '',
        stderr:
          'bet-maker cannot start. The settings are wrong:\n' +
          '  PORT: must be an integer from 0 to 65535\n' +
          '  DYNAMODB_ENDPOINT: must be aws, memory, or an address such as ' +
          'http://localhost:8000\n' +
          '  OPERATOR_TOKEN: must be 16 to 512 characters out of A-Z a-z 0-9 . _ ~ + / -\n',
      });
    },
  );
});

describe('in production', () => {
  const NODE_ENV = 'production';

  it('does not start without a store that is named, and exits with 2', async () => {
    expect(await endOf('server.ts', { NODE_ENV })).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'bet-maker cannot start. The settings are wrong:\n' +
        '  DYNAMODB_ENDPOINT: must be set in production: aws, an address, or memory, ' +
        'which forgets all bets at exit\n',
    });
  });

  it('serves from memory when that is asked for by name', async () => {
    const service = await startService({ NODE_ENV, DYNAMODB_ENDPOINT: 'memory' });
    const ready = await service.get('/readyz');
    await service.stop('SIGTERM');

    expect(service.output()).toContain('(store: embedded, in memory: it forgets all bets at exit)');
    expect(ready.status).toBe(200);
  });
});

describe('on AWS', () => {
  /** A store that notes who signs the requests, in which region, and what they ask for. */
  async function noteRequests() {
    const seen = new Set<string>();
    const server = createServer((request, response) => {
      const { authorization = '', 'x-amz-target': target } = request.headers;
      const [, who, region] = /Credential=([^/]+)\/\d+\/([^/]+)/.exec(authorization) ?? [];
      seen.add(`${who} ${region} ${String(target).split('.')[1]}`);
      response.writeHead(503).end();
    });
    const endpoint = `http://127.0.0.1:${await listen(server)}`;
    return { seen, endpoint, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
  }

  it('signs with what the chain of the SDK finds, and makes no tables', async () => {
    await using store = await noteRequests();
    const service = await startService({
      DYNAMODB_ENDPOINT: 'aws',
      AWS_ENDPOINT_URL_DYNAMODB: store.endpoint,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'task-role',
      AWS_SECRET_ACCESS_KEY: 'secret',
      LOG_LEVEL: 'SILENT',
    });
    const ready = await service.get('/readyz');
    await service.stop('SIGTERM');

    expect(ready.status).toBe(503);
    expect([...store.seen]).toContain('task-role eu-central-1 BatchGetItem');
    expect([...store.seen].filter((call) => call.includes('CreateTable'))).toEqual([]);
  });

  it('says at the start that no region is set', async () => {
    expect(await endOf('server.ts', { DYNAMODB_ENDPOINT: 'aws' })).toEqual({
      code: 1,
      stdout: '',
      stderr: 'bet-maker cannot start. Region is missing\n',
    });
  });
});

describe('with a port that is taken', () => {
  it('says so and exits with 1', async () => {
    const first = await startService();
    const { port } = new URL(first.url);

    expect(await endOf('server.ts', { PORT: port })).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(`^bet-maker cannot start\\. listen EADDRINUSE: .*:${port}\n$`),
    });
    await first.stop('SIGTERM');
  });
});

describe('500 bets posted at once while their event is being settled', () => {
  it('are in the list with the result, or refused and not there', async () => {
    const service = await startService();
    const event = randomUUID();
    const asked = Array.from({ length: 500 }, () => place(service, event));
    await Promise.any(asked);
    // A machine too busy for all of them lets the result wait for too long.
    const result = await eventually(
      () => service.put(`/events/${event}`, { status: 'WIN' }),
      ({ status }) => status !== 503,
    );
    const answers = await Promise.all(asked);
    const { bets } = await settled(service, event);

    const ids = answers.filter(({ status }) => status === 201).map(idOf);
    const refused = answers.filter(({ status }) => status === 409).length;
    // A machine too busy for 500 at once says so, and leaves open whether the bet was placed.
    const open = answers.filter(({ status }) => status === 503).length;
    const listed = await historyOf(service, event);
    const listedIds = listed.map(({ id }) => id);
    expect([200, 202]).toContain(result.status);
    expect(ids.length + refused + open).toBe(500);
    expect(listedIds).toEqual(expect.arrayContaining(ids));
    expect(new Set(listedIds).size).toBe(listedIds.length);
    expect(listedIds.length - ids.length).toBeLessThanOrEqual(open);
    expect(new Set(listed.map(({ status }) => status))).toEqual(new Set(['won']));
    const total = listedIds.length;
    expect(bets).toEqual({ total, settled: total, staked: `${total}.00` });
    await service.stop('SIGTERM');
  });
});

describe('a service on a store that outlives it', () => {
  it('ends with 0 on SIGTERM under load, and loses no bet that was acknowledged', async () => {
    const store = await startEmbeddedStore();
    const environment = { DYNAMODB_ENDPOINT: store.endpoint };
    const first = await startService(environment);
    const event = randomUUID();
    const acknowledged: string[] = [];
    const placeUntilItEnds = async (): Promise<void> => {
      for (;;) {
        const answer = await place(first, event).catch(() => undefined);
        if (answer === undefined) return;
        if (answer.status === 201) acknowledged.push(idOf(answer));
      }
    };
    const load = Array.from({ length: 16 }, placeUntilItEnds);
    await eventually(
      async () => acknowledged.length,
      (count) => count >= 100,
    );
    const code = await first.stop('SIGTERM');
    await Promise.all(load);
    const second = await startService(environment);

    const listed = (await historyOf(second, event)).map(({ id }) => id);

    expect(code).toBe(0);
    expect(listed.sort()).toEqual(acknowledged.sort());
    await second.stop('SIGTERM');
    await store.close();
  });

  it('completes a settlement after a SIGKILL in the middle of it', async () => {
    const store = await startEmbeddedStore();
    const environment = { DYNAMODB_ENDPOINT: store.endpoint, SETTLE_BUDGET_MS: '5' };
    const first = await startService(environment);
    const event = randomUUID();
    const COUNT = 600;
    await pLimit(32).map(Array(COUNT).fill(event), (each) => place(first, each));
    const result = await first.put(`/events/${event}`, { status: 'WIN' });
    await first.stop('SIGKILL');
    const second = await startService(environment);

    const atOnce = await eventAt(second, event);
    const listed = await historyOf(second, event);
    const completed = await settled(second, event);

    expect(result.status).toBe(202);
    expect(result.body).toMatchObject({ state: 'settling', bets: { total: COUNT } });
    expect(atOnce.bets.total).toBe(COUNT);
    expect(listed).toHaveLength(COUNT);
    expect(new Set(listed.map(({ status }) => status))).toEqual(new Set(['won']));
    expect(completed.bets).toEqual({ total: COUNT, settled: COUNT, staked: '600.00' });
    await second.stop('SIGTERM');
    await store.close();
  });
});

describe('a store that goes away', () => {
  it.each(['cut', 'stall'] as const)(
    '(%s) makes answers 503 within the deadline, and all recovers when it is back',
    async (how) => {
      const store = await startEmbeddedStore();
      const proxy = await startProxy(store.endpoint);
      const environment = { DYNAMODB_ENDPOINT: proxy.endpoint, LOG_LEVEL: 'SILENT' };
      const service = await startService(environment);
      const event = randomUUID();
      const kept = await place(service, event);

      proxy[how]();
      const begun = performance.now();
      const answers = await Promise.all([
        place(service, event),
        service.get('/bets'),
        service.get(`/events/${event}`),
        service.put(`/events/${event}`, { status: 'WIN' }),
        service.get('/readyz'),
      ]);
      const tookMs = performance.now() - begun;
      proxy.restore();
      await eventually(
        () => service.get('/readyz'),
        ({ status }) => status === 200,
      );
      const afterwards = await historyOf(service, event);

      for (const answer of answers) {
        expect(answer.status).toBe(503);
        expect(answer.headers.get('content-type')).toBe('application/problem+json');
        expect(answer.headers.get('retry-after')).toBe('1');
      }
      // The deadline is 8 seconds.
      expect(tookMs).toBeLessThan(30_000);
      expect(afterwards.map(({ id }) => id)).toContain(idOf(kept));
      await service.stop('SIGTERM');
      await proxy.close();
      await store.close();
    },
  );
});
