import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { times } from '../contract/parts.ts';
import { startProxy } from '../support/proxy.ts';
import { type Service, startService } from '../support/service.ts';
import { storeEndpoint } from '../support/storeEndpoint.ts';

interface EventJson {
  state: string;
  bets: { total: number; settled: number; staked: string };
}
interface BetJson {
  id: string;
  status: string;
}

async function eventually(service: Service, path: string, state: string): Promise<EventJson> {
  for (let tries = 1; tries <= 600; tries += 1) {
    const event = (await service.get(path)).body as EventJson;
    if (event.state === state) return event;
    await delay(100);
  }
  throw new Error(`${path} did not become ${state}`);
}

async function wholeHistory(service: Service, event: string): Promise<BetJson[]> {
  const bets: BetJson[] = [];
  let path: string | undefined = `/bets?event_id=${event}`;
  while (path !== undefined) {
    const page = await service.get(path);
    bets.push(...(page.body as BetJson[]));
    path = /^<([^>]+)>/.exec(page.headers.get('link') ?? '')?.[1];
  }
  return bets;
}

describe('without settings', () => {
  it('serves from a store of its own, says so in one line, and ends on SIGTERM', async () => {
    const service = await startService();

    const ready = await service.get('/readyz');
    const alive = await service.get('/livez');
    const code = await service.stop('SIGTERM');

    expect(service.line).toBe(
      `bet-maker on ${service.url} (store: embedded, in memory: it forgets all bets at exit)`,
    );
    expect([ready.status, ready.body]).toEqual([200, { status: 'ready' }]);
    expect([alive.status, alive.body]).toEqual([200, { status: 'alive' }]);
    expect(code).toBe(0);
  });
});

describe('with wrong settings', () => {
  it('lists all of them at once and exits with 2', async () => {
    const server = join(import.meta.dirname, '../../infra/local/server.ts');
    const wrong = { PORT: 'http', DYNAMODB_ENDPOINT: 'nowhere', LOG_LEVEL: 'LOUD' };

    const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
      const env = { PATH: process.env['PATH'], ...wrong };
      execFile(process.execPath, [server], { env }, (error, _stdout, text) =>
        resolve({ code: error?.code, stderr: text }),
      );
    });

    expect(code).toBe(2);
    for (const name of Object.keys(wrong)) expect(stderr).toContain(`${name}: `);
  });
});

describe('500 bets posted at once while their event is being settled', () => {
  it('are in the list with the result, or refused and not there', async () => {
    const store = await storeEndpoint();
    const service = await startService({
      DYNAMODB_ENDPOINT: store.endpoint,
      TABLE_PREFIX: `test-${randomUUID()}-`,
    });
    const event = randomUUID();
    const settling = delay(150).then(() => service.put(`/events/${event}`, { status: 'WIN' }));
    const answers = await Promise.all(
      Array.from({ length: 500 }, () => service.post('/bets', { event_id: event, amount: '2.00' })),
    );
    const result = await settling;
    const settled = await eventually(service, `/events/${event}`, 'settled');

    const placed = answers.filter((answer) => answer.status === 201);
    const ids = placed.map((answer) => (answer.body as BetJson).id);
    // A machine that is too busy for 500 at once says so, and leaves open whether the bet was placed.
    const open = answers.filter((answer) => answer.status === 503).length;
    const refused = answers.filter((answer) => answer.status === 409).length;
    const listed = await wholeHistory(service, event);
    const listedIds = listed.map((bet) => bet.id);
    expect([200, 202]).toContain(result.status);
    expect(placed.length).toBeGreaterThan(0);
    expect(placed.length + refused + open).toBe(500);
    expect(listedIds).toEqual(expect.arrayContaining(ids));
    expect(new Set(listedIds).size).toBe(listedIds.length);
    expect(listedIds.length - ids.length).toBeLessThanOrEqual(open);
    expect(new Set(listed.map((bet) => bet.status))).toEqual(new Set(['won']));
    expect(settled.bets).toEqual({
      total: listedIds.length,
      settled: listedIds.length,
      staked: `${listedIds.length * 2}.00`,
    });
    await service.stop('SIGTERM');
    await store.close();
  });
});

describe('SIGTERM under load', () => {
  it('ends with 0 and loses no bet that was acknowledged', async () => {
    const store = await storeEndpoint();
    const environment = {
      DYNAMODB_ENDPOINT: store.endpoint,
      TABLE_PREFIX: `test-${randomUUID()}-`,
    };
    const first = await startService(environment);
    const event = randomUUID();
    const acknowledged: string[] = [];
    const stopped = new AbortController();
    const load = times(16, 16, async () => {
      while (!stopped.signal.aborted) {
        const answer = await first
          .post('/bets', { event_id: event, amount: '1.00' })
          .catch(() => undefined);
        if (answer === undefined) break;
        if (answer.status === 201) acknowledged.push((answer.body as BetJson).id);
      }
    });
    await delay(500);
    const code = await first.stop('SIGTERM');
    stopped.abort();
    await load;
    const second = await startService(environment);

    const listed = (await wholeHistory(second, event)).map((bet) => bet.id);

    expect(code).toBe(0);
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(listed.sort()).toEqual(acknowledged.sort());
    await second.stop('SIGTERM');
    await store.close();
  });
});

describe('SIGKILL in the middle of settling', () => {
  it('leaves a settlement that completes by itself after a restart', async () => {
    const store = await storeEndpoint();
    const environment = {
      DYNAMODB_ENDPOINT: store.endpoint,
      TABLE_PREFIX: `test-${randomUUID()}-`,
      LOG_LEVEL: 'INFO',
    };
    const first = await startService(environment);
    const event = randomUUID();
    const count = 5_000;
    await times(count, 32, () => first.post('/bets', { event_id: event, amount: '1.00' }));
    const result = await first.put(`/events/${event}`, { status: 'WIN' });
    let progress = result.body as EventJson;
    while (progress.bets.settled === 0) {
      await delay(20);
      progress = (await first.get(`/events/${event}`)).body as EventJson;
    }
    await first.stop('SIGKILL');
    const second = await startService(environment);

    const atOnce = (await second.get(`/events/${event}`)).body as EventJson;
    const listed = await wholeHistory(second, event);
    const settled = await eventually(second, `/events/${event}`, 'settled');

    expect(result.status).toBe(202);
    expect(progress.state).toBe('settling');
    expect(atOnce.bets.total).toBe(count);
    expect(listed).toHaveLength(count);
    expect(new Set(listed.map((bet) => bet.status))).toEqual(new Set(['won']));
    expect(settled.bets).toEqual({ total: count, settled: count, staked: '5000.00' });
    await second.stop('SIGTERM');
    await store.close();
  }, 120_000);
});

describe('a store that goes away', () => {
  it.each(['cut', 'stall'] as const)(
    '(%s) makes answers 503 within the deadline, and all recovers when it is back',
    async (how) => {
      const store = await storeEndpoint();
      const proxy = await startProxy(store.endpoint);
      const service = await startService({
        DYNAMODB_ENDPOINT: proxy.endpoint,
        TABLE_PREFIX: `test-${randomUUID()}-`,
        LOG_LEVEL: 'SILENT',
      });
      const event = randomUUID();
      const kept = await service.post('/bets', { event_id: event, amount: '1.00' });

      proxy[how]();
      const begun = Date.now();
      const answers = await Promise.all([
        service.post('/bets', { event_id: event, amount: '1.00' }),
        service.get('/bets'),
        service.get(`/events/${event}`),
        service.put(`/events/${event}`, { status: 'WIN' }),
        service.get('/readyz'),
      ]);
      const tookMs = Date.now() - begun;
      proxy.restore();
      for (let tries = 1; (await service.get('/readyz')).status !== 200; tries += 1) {
        expect(tries).toBeLessThan(100);
        await delay(100);
      }
      const afterwards = await wholeHistory(service, event);

      for (const answer of answers) {
        expect(answer.status).toBe(503);
        expect(answer.headers.get('content-type')).toBe('application/problem+json');
        expect(answer.headers.get('retry-after')).toBe('1');
      }
      expect(tookMs).toBeLessThan(10_000);
      expect(afterwards.map((bet) => bet.id)).toContain((kept.body as BetJson).id);
      await service.stop('SIGTERM');
      await proxy.close();
      await store.close();
    },
    60_000,
  );
});
