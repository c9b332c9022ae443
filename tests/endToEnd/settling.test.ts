import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { times } from '../contract/parts.ts';
import { type Service, startService } from '../support/service.ts';
import { type StoreEndpoint, storeEndpoint } from '../support/storeEndpoint.ts';

let store: StoreEndpoint;
let service: Service;
beforeAll(async () => {
  store = await storeEndpoint();
  service = await startService({
    DYNAMODB_ENDPOINT: store.endpoint,
    TABLE_PREFIX: `test-${randomUUID()}-`,
  });
});
afterAll(async () => {
  await service.stop('SIGTERM');
  await store.close();
});

/** The schedule's pause is a second. */
const TRIES = 200;
const PAUSE_MS = 100;

async function settled(event: string): Promise<unknown> {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const { body } = await service.get(`/events/${event}`);
    if ((body as { state: string }).state === 'settled') return body;
    await delay(PAUSE_MS);
  }
  throw new Error(`Event ${event} is not settled after ${TRIES} tries.`);
}

describe('an event with more bets than one batch stores', () => {
  it('has its result at once, is settled by the schedule, and so again when it is corrected', async () => {
    const event = randomUUID();
    const COUNT = 60;
    await times(COUNT, 8, () => service.post('/bets', { event_id: event, amount: '2.50' }));
    const bets = { total: COUNT, settled: COUNT, staked: '150.00' };
    const statuses = async (): Promise<unknown[]> => {
      const { body } = await service.get(`/bets?event_id=${event}`);
      return (body as { status: string }[]).map(({ status }) => status);
    };

    const first = await service.put(`/events/${event}`, { status: 'WIN' });
    const won = await statuses();
    const afterFirst = await settled(event);
    const second = await service.put(`/events/${event}`, { status: 'LOSE' });
    const lost = await statuses();
    const afterSecond = await settled(event);

    expect([first.status, second.status]).toEqual([202, 202]);
    expect(won).toEqual(Array.from({ length: COUNT }, () => 'won'));
    expect(lost).toEqual(Array.from({ length: COUNT }, () => 'lost'));
    expect(afterFirst).toMatchObject({ status: 'WIN', version: 1, bets });
    expect(afterSecond).toMatchObject({ status: 'LOSE', version: 2, bets });
  }, 60_000);
});
