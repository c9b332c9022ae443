import { expect, it } from '@jest/globals';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../support/dynamodbLocal.ts';
import { eventually, type Service, startService } from '../support/service.ts';

const DEV = join(import.meta.dirname, '../../infra/local/dev.ts');
const SOURCE = join(import.meta.dirname, '../../lib/service.ts');

/** How many bets this very process of the service has placed; undefined while there is none. */
async function betsPlaced({ url }: Service): Promise<number | undefined> {
  const answer = await fetch(`${url}/metrics`).catch(() => undefined);
  const [, count] = /^bet_maker_bets_placed_total (\d+)$/m.exec((await answer?.text()) ?? '') ?? [];
  return count === undefined ? undefined : Number(count);
}

it('npm run dev starts the service anew when its source changes, and keeps the bets', async () => {
  const service = await startService({ PORT: `${await freePort()}` }, DEV);
  const { body: bet } = await service.post('/bets', { event_id: 'dev', amount: '1.00' });
  const before = await betsPlaced(service);

  const now = new Date();
  await utimes(SOURCE, now, now);
  const after = await eventually(
    () => betsPlaced(service),
    (count) => count !== undefined && count !== before,
  );

  expect([before, after]).toEqual([1, 0]);
  expect((await service.get('/bets')).body).toEqual([bet]);
  await service.stop('SIGTERM');
});

it('npm run dev shows where an error comes from, line by line', async () => {
  const nowhere = `http://127.0.0.1:${await freePort()}`;
  const service = await startService({ DYNAMODB_ENDPOINT: nowhere, LOG_LEVEL: 'WARN' }, DEV);

  const said = await eventually(
    async () => service.output(),
    (output) => output.includes('"stack": ['),
  );

  expect(said).toContain('"message": "The store cannot be reached or prepared; it is tried again"');
  expect(said).toMatch(/"stack": \[\n +"Error: connect ECONNREFUSED .*",\n +" +at .+:\d+:\d+\)"/);
  await service.stop('SIGTERM');
});

it.each(['SIGTERM', 'SIGINT'] as const)(
  'npm run dev ends with its service on %s',
  async (signal) => {
    const service = await startService({}, DEV);
    const alive = await service.get('/livez');

    const code = await service.stop(signal);

    expect([alive.status, code]).toEqual([200, 0]);
    await expect(service.get('/livez')).rejects.toThrow('fetch failed');
  },
);
