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
    expect(byNumber.headers.get('location')).toBe(`/bets/${first.id}`);
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
    expect(settled.headers.get('etag')).toBe('"1"');
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
    expect(late.body).toMatchObject({ type: '/docs/problems#event-settled', status: 409 });
    expect(corrected.body).toMatchObject({ status: 'LOSE', version: 2, state: 'settled' });
    expect(corrected.headers.get('etag')).toBe('"2"');
    expect(stale.status).toBe(412);
    expect(lost.body).toMatchObject([{ status: 'lost' }, { status: 'lost' }]);
    expect((await service.get(`/bets/${first.id}`)).body).toMatchObject({
      id: first.id,
      status: 'lost',
    });
  });

  it('pages through the history by the Link header', async () => {
    const event = randomUUID();
    const placed: unknown[] = [];
    for (let count = 0; count < 5; count += 1) placed.push((await place(event)).body);

    const seen: unknown[] = [];
    for await (const { body } of pagesFrom(service, `/bets?event_id=${event}&limit=2`)) {
      seen.push(body);
    }

    const [one, two, three, four, five] = placed;
    expect(seen).toEqual([[five, four], [three, two], [one]]);
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
    expect(other.body).toMatchObject({ type: '/docs/problems#idempotency-key-reused' });
    expect(await historyOf(service, event)).toHaveLength(1);
  });
});

describe('the list of events', () => {
  it('leads from the newest activity to the oldest, each event as it is', async () => {
    const [one, two] = [`list:${randomUUID()}`, `list:${randomUUID()}`];
    await place(one);
    await place(two);
    const decided = await service.put(`/events/${one}`, { status: 'LOSE' });
    const alone = await service.get(`/events/${two}`);

    const list = pagesFrom(service, '/events?limit=1');
    const first = (await list.next()).value;
    const second = (await list.next()).value;
    const open = await service.get('/events/?state=open&limit=1');

    expect(first).toMatchObject({ status: 200, body: [decided.body] });
    expect(second).toMatchObject({ status: 200, body: [alone.body] });
    expect(open.body).toEqual([alone.body]);
  });

  it.each(['/bets', '/events'])('tells who asks %s again that nothing changed', async (path) => {
    await place(`list:${randomUUID()}`);
    const { headers } = await service.get(`${path}?limit=1`);
    const etag = headers.get('etag') ?? '';

    const unchanged = await service.get(`${path}?limit=1`, { 'if-none-match': etag });
    await place(`list:${randomUUID()}`);
    const changed = await service.get(`${path}?limit=1`, { 'if-none-match': etag });

    expect([unchanged.status, unchanged.headers.get('etag')]).toEqual([304, etag]);
    expect(unchanged.body).toBeUndefined();
    expect(changed.status).toBe(200);
  });
});

describe('an amount that is a number', () => {
  it.each([
    ['10.50', '10.50'],
    ['0.1e1', '1.00'],
    ['1000000000.00', '1000000000.00'],
  ])('is taken by its digits: %s', async (amount, shown) => {
    const answer = await service.post('/bets', `{"event_id":"${randomUUID()}","amount":${amount}}`);

    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ amount: shown });
  });

  it.each(['10.000000000000000001', '1e-400', '1e400', '99999999999999999999999999'])(
    'is refused by its digits, and changes nothing: %s',
    async (amount) => {
      const event = randomUUID();

      const answer = await service.post('/bets', `{"event_id":"${event}","amount":${amount}}`);

      expect(answer.status).toBe(422);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      expect(answer.body).toEqual({
        type: '/docs/problems#invalid-request',
        title: 'The request is not valid',
        status: 422,
        detail: 'Not valid: body #/amount.',
        instance: `urn:bet-maker:request:${String(answer.headers.get('x-request-id'))}`,
        errors: [{ in: 'body', pointer: '#/amount', detail: expect.any(String) }],
      });
      expect(await historyOf(service, event)).toEqual([]);
      expect((await service.get(`/events/${event}`)).status).toBe(404);
    },
  );
});

describe('a request that is not valid', () => {
  const fault = (part: string, pointer: string): object => {
    return { in: part, pointer, detail: expect.any(String) };
  };

  it('is told all of its faults at once', async () => {
    const body = { event_id: 1.5, amount: '0.001', stake: 1, 'a/b~c': 2 };

    const answer = await service.post('/bets', body, { 'idempotency-key': 'a b' });

    expect(answer.body).toMatchObject({
      errors: [
        fault('header', '#/idempotency-key'),
        fault('body', '#/event_id'),
        fault('body', '#/amount'),
        fault('body', '#/stake'),
        fault('body', '#/a~1b~0c'),
      ],
    });
  });

  it('is told those of its query', async () => {
    const answer = await service.get('/bets?limit=1&limit=2&cursor=abc&status=open&page=2');

    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({
      errors: [fault('query', '#/limit'), fault('query', '#/status'), fault('query', '#/page')],
    });
  });

  it('settles nothing', async () => {
    const event = randomUUID();

    const answer = await service.put(`/events/${event}`, { status: 'win' });

    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ errors: [fault('body', '#/status')] });
    expect((await service.get(`/events/${event}`)).status).toBe(404);
  });

  it.each([
    ['DELETE', '/bets', 405, 'GET, HEAD, POST'],
    ['PATCH', '/bets/x', 405, 'GET, HEAD'],
    ['POST', '/events/1', 405, 'GET, HEAD, PUT'],
    ['POST', '/livez', 405, 'GET, HEAD'],
    ['GET', '/nowhere', 404, null],
    ['GET', '/BETS', 404, null],
    ['GET', '/bets/1/2', 404, null],
    ['GET', '/bets/nothing', 404, null],
    ['GET', '/events/%', 400, null],
  ])('%s %s is %d', async (method, path, status, allow) => {
    const answer = await service.call(path, { method });

    expect(answer.status).toBe(status);
    expect(answer.headers.get('allow')).toBe(allow);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.body).toMatchObject({ status });
  });
});
