import { expect, it } from '@jest/globals';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../support/dynamodbLocal.ts';
import { type Service, startService } from '../support/service.ts';

const DEV = join(import.meta.dirname, '../../infra/local/dev.ts');
const SOURCE = join(import.meta.dirname, '../../lib/systemClock.ts');

/** What tells one process of the service from the next: when it was started, in whole seconds. */
async function startOf(service: Service): Promise<string | undefined> {
  const answer = await fetch(`${service.url}/metrics`).catch(() => undefined);
  const text = await answer?.text();
  return /^process_start_time_seconds (\S+)/m.exec(text ?? '')?.[1];
}

it('npm run dev starts the service anew when its source changes, and keeps the bets', async () => {
  const service = await startService({ PORT: `${await freePort()}` }, DEV);
  const { body: bet } = await service.post('/bets', { event_id: 'dev', amount: '1.00' });
  const first = await startOf(service);
  // Processes that are started within one second look the same.
  await delay(1_000);

  const now = new Date();
  await utimes(SOURCE, now, now);
  let second = await startOf(service);
  for (let tries = 1; second === undefined || second === first; tries += 1) {
    if (tries > 200) throw new Error('The service was not started anew.');
    await delay(50);
    second = await startOf(service);
  }

  expect((await service.get('/bets')).body).toEqual([bet]);
  expect(await service.stop('SIGTERM')).toBe(0);
});
