import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { betBody, eventBody } from '../../lib/http/bodies.ts';
import { historyOf, pagesFrom, type Service, startService } from '../support/service.ts';
import { type StoreEndpoint, storeEndpoint } from '../support/storeEndpoint.ts';

/** The way of a request through the whole service. What is valid is told beside each schema. */
let store: StoreEndpoint;
let service: Service;
beforeAll(async () => {
  store = await storeEndpoint();
  service = await startService({
    DYNAMODB_ENDPOINT: store.endpoint,
    TABLE_PREFIX: `test-${randomUUID()}-`,
    // Also on a busy machine, what fits one batch is stored before the answer.
    SETTLE_BUDGET_MS: '60000',
  });
});
afterAll(async () => {
  await service.stop('SIGTERM');
  await store.close();
});

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const place = (event_id: string, amount = '1.00', headers = {}) =>
  service.post('/bets', { event_id, amount }, headers);

describe('the main path', () => {
  it('places bets, lists them, settles their event and corrects it', async () => {
    const byNumber = await service.post('/bets', { event_id: 42, amount: 10.5 });
    const byString = await service.post('/bets/', { eventId: '42', amount: '0.01' });
    const pending = await service.get('/bets/');
    const open = await service.get('/events/42');
    const settled = await service.put('/events/42', { status: 'WIN' });
    const won = await service.get('/bets');
    const late = await place('42');
    const corrected = await service.put('/events/42', { status: 'LOSE' }, { 'if-match': '"1"' });
    const stale = await service.put('/events/42', { status: 'WIN' }, { 'if-match': '"1"' });
    const lost = await service.get('/bets');

    const first = betBody.parse(byNumber.body);
    const second = betBody.parse(byString.body);
    expect([byNumber.status, byString.status]).toEqual([201, 201]);
    expect(byNumber.body).toEqual({
      id: expect.stringMatching(UUID_V7),
      event_id: '42',
      amount: '10.50',
      status: 'pending',
      placed_at: expect.stringMatching(INSTANT),
    });
    expect(byNumber.headers.get('location')).toBe(`bets/${first.id}`);
    expect(second).toMatchObject({ event_id: '42', amount: '0.01' });
    expect(pending.body).toEqual([second, first]);
    expect(open.body).toEqual({
      event_id: '42',
      status: null,
      version: 0,
      state: 'open',
      bets: { total: 2, settled: 0, staked: '10.51' },
      history: [],
    });
    expect(settled.status).toBe(200);
    expect(settled.headers.get('etag')).toMatch(/^"1-[\w-]{22}"$/);
    expect(settled.body).toEqual({
      event_id: '42',
      status: 'WIN',
      version: 1,
      state: 'settled',
      bets: { total: 2, settled: 2, staked: '10.51' },
      history: [{ status: 'WIN', version: 1, decided_at: expect.stringMatching(INSTANT) }],
    });
    const settled_at = eventBody.parse(settled.body).history[0]?.decided_at;
    expect(won.body).toEqual([
      { ...second, status: 'won', settled_at },
      { ...first, status: 'won', settled_at },
    ]);
    expect(late.status).toBe(409);
    expect(late.body).toMatchObject({ type: 'docs/problems#event-settled', status: 409 });
    expect(corrected.body).toMatchObject({ status: 'LOSE', version: 2, state: 'settled' });
    expect(corrected.headers.get('etag')).toMatch(/^"2-[\w-]{22}"$/);
    expect(stale.status).toBe(412);
    expect(lost.body).toMatchObject([{ status: 'lost' }, { status: 'lost' }]);
    expect((await service.get(`/bets/${first.id}`)).body).toMatchObject({
      id: first.id,
      status: 'lost',
    });
  });

  it('makes one bet of a request that is sent again with its key', async () => {
    const event = randomUUID();
    const key = { 'idempotency-key': `"${randomUUID()}"` };
    const first = await place(event, '5.00', key);
    const again = await service.post('/bets', { event_id: event, amount: 5 }, key);
    const other = await place(event, '5.01', key);

    expect([first.status, again.status, other.status]).toEqual([201, 201, 422]);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.body).toEqual(first.body);
    expect(other.body).toMatchObject({ type: 'docs/problems#idempotency-key-reused' });
    expect(await historyOf(service, event)).toHaveLength(1);
  });
});

it('lists events, the one first known last first, each as it is', async () => {
  const [one, two] = [`list:${randomUUID()}`, `list:${randomUUID()}`];
  await place(one);
  await place(two);
  const decided = await service.put(`/events/${one}`, { status: 'LOSE' });
  const alone = await service.get(`/events/${two}`);

  const list = pagesFrom(service, '/events?limit=1');
  const first = (await list.next()).value;
  const second = (await list.next()).value;
  const open = await service.get('/events/?state=open&limit=1');

  expect(first).toMatchObject({ status: 200, body: [alone.body] });
  expect(second).toMatchObject({ status: 200, body: [decided.body] });
  expect(open.body).toEqual([alone.body]);
});

it('shows an operator that nobody bet on an id, before and after it gets a result', async () => {
  const mistyped = `epl/${randomUUID()} ?`;
  const path = `/events/${encodeURIComponent(mistyped)}`;

  const before = await service.get(path);
  const decided = await service.put(path, { status: 'WIN' });
  const after = await service.get(path);
  const late = await place(mistyped);
  const corrected = await service.put(path, { status: 'LOSE' });

  expect(before.status).toBe(404);
  expect(decided.status).toBe(200);
  expect(decided.body).toMatchObject({ event_id: mistyped, bets: { total: 0 } });
  expect(after.body).toEqual(decided.body);
  expect(late.status).toBe(409);
  expect(corrected.body).toMatchObject({ status: 'LOSE', version: 2, bets: { total: 0 } });
});

it('tells which methods a path of no call has', async () => {
  const answer = await service.call('/livez', { method: 'POST' });

  expect(answer.status).toBe(405);
  expect(answer.headers.get('allow')).toBe('GET, HEAD');
  expect(answer.body).toMatchObject({ type: 'docs/problems#method-not-allowed' });
});
