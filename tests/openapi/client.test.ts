import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import createClient from 'openapi-fetch';
import { type Service, startService } from '../support/service.ts';
import type { paths } from './apiTypes.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop('SIGTERM'));

it('gives a client the types to place, list, settle and be refused', async () => {
  const client = createClient<paths>({ baseUrl: service.url });
  const event_id = 'sr:match:42';
  const params = { header: { 'Idempotency-Key': randomUUID() } };

  const placed = await client.POST('/bets', { params, body: { event_id, amount: '10.50' } });
  const again = await client.POST('/bets', { params, body: { event_id, amount: 10.5 } });
  const listed = await client.GET('/bets', {
    params: { query: { event_id, status: 'pending', limit: 10 } },
  });
  const settled = await client.PUT('/events/{event_id}', {
    params: { path: { event_id }, header: { 'If-Match': '"0"' } },
    body: { status: 'WIN' },
  });
  const late = await client.POST('/bets', { body: { event_id, amount: '1.00' } });
  const bet = await client.GET('/bets/{id}', { params: { path: { id: placed.data?.id ?? '' } } });

  expect([placed.response.status, placed.data?.status]).toEqual([201, 'pending']);
  expect(again.data).toEqual(placed.data);
  expect(listed.data).toEqual([placed.data]);
  expect([settled.response.status, settled.data?.bets.settled]).toEqual([200, 1]);
  expect(late.data).toBeUndefined();
  expect(late.error).toHaveProperty('type', 'docs/problems#event-settled');
  expect(bet.data?.status).toBe('won');
});
