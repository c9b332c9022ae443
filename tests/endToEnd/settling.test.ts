import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import pLimit from 'p-limit';
import { eventBody } from '../../lib/http/bodies.ts';
import { eventually, historyOf, type Service, startService } from '../support/service.ts';
import { type StoreEndpoint, storeEndpoint } from '../support/storeEndpoint.ts';

let store: StoreEndpoint;
let service: Service;
beforeAll(async () => {
  store = await storeEndpoint();
  service = await startService({
    DYNAMODB_ENDPOINT: store.endpoint,
    TABLE_PREFIX: `test-${randomUUID()}-`,
    // A PUT may answer before it has stored a status; the schedule stores the rest.
    SETTLE_BUDGET_MS: '0',
  });
});
afterAll(async () => {
  await service.stop('SIGTERM');
  await store.close();
});

describe('an event with more bets than one batch stores', () => {
  it('has its result at once, is settled later, and so again when it is corrected', async () => {
    const COUNT = 60;
    const event = randomUUID();
    const place = () => service.post('/bets', { event_id: event, amount: '2.50' });
    await pLimit(8).map(Array(COUNT).fill(undefined), place);
    const statuses = async () => (await historyOf(service, event)).map(({ status }) => status);
    const settled = () =>
      eventually(
        async () => eventBody.parse((await service.get(`/events/${event}`)).body),
        ({ state }) => state === 'settled',
      );

    const first = await service.put(`/events/${event}`, { status: 'WIN' });
    const won = await statuses();
    const afterFirst = await settled();
    const second = await service.put(`/events/${event}`, { status: 'LOSE' });
    const lost = await statuses();
    const afterSecond = await settled();

    const bets = { total: COUNT, settled: COUNT, staked: '150.00' };
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(won).toEqual(Array(COUNT).fill('won'));
    expect(lost).toEqual(Array(COUNT).fill('lost'));
    expect(afterFirst).toMatchObject({ status: 'WIN', version: 1, bets });
    expect(afterSecond).toMatchObject({ status: 'LOSE', version: 2, bets });
  });
});
