import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
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

interface BetJson {
  id: string;
  event_id: string;
  amount: string;
  status: string;
}

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

async function historyOf(event: string): Promise<BetJson[]> {
  return (await service.get(`/bets?event_id=${event}`)).body as BetJson[];
}

describe('the main path', () => {
  it('places bets, lists them, settles their event and corrects it', async () => {
    const byNumber = await service.post('/bets', { event_id: 42, amount: 10.5 });
    const byString = await service.post('/bets/', { eventId: '42', amount: '0.01' });
    const pending = await service.get('/bets/');
    const open = await service.get('/events/42');
    const settled = await service.put('/events/42', { status: 'WIN' });
    const won = await service.get('/bets');
    const late = await service.post('/bets', { event_id: '42', amount: '1.00' });
    const corrected = await service.put('/events/42', { status: 'LOSE' }, { 'if-match': '"1"' });
    const stale = await service.put('/events/42', { status: 'WIN' }, { 'if-match': '"1"' });
    const lost = await service.get('/bets');

    const first = byNumber.body as BetJson;
    const second = byString.body as BetJson;
    expect([byNumber.status, byString.status]).toEqual([201, 201]);
    expect(first).toEqual({
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
    const decided = (settled.body as { history: [{ decided_at: string }] }).history[0].decided_at;
    expect(won.body).toEqual([
      { ...second, status: 'won', settled_at: decided },
      { ...first, status: 'won', settled_at: decided },
    ]);
    expect(late.status).toBe(409);
    expect(late.body).toMatchObject({ type: '/docs/problems#event-settled', status: 409 });
    expect(corrected.body).toMatchObject({ status: 'LOSE', version: 2, state: 'settled' });
    expect(corrected.headers.get('etag')).toBe('"2"');
    expect(stale.status).toBe(412);
    expect((lost.body as BetJson[]).map((bet) => bet.status)).toEqual(['lost', 'lost']);
    expect((await service.get(`/bets/${first.id}`)).body).toMatchObject({
      id: first.id,
      status: 'lost',
    });
  });

  it('pages through the history by the Link header', async () => {
    const event = randomUUID();
    for (let count = 0; count < 5; count += 1) {
      await service.post('/bets', { event_id: event, amount: '1.00' });
    }
    const seen: BetJson[][] = [];
    let path: string | undefined = `/bets?event_id=${event}&limit=2`;
    while (path !== undefined) {
      const page = await service.get(path);
      seen.push(page.body as BetJson[]);
      path = /^<([^>]+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1];
    }

    expect(seen.map((page) => page.length)).toEqual([2, 2, 1]);
    expect(seen.flat()).toEqual(await historyOf(event));
  });

  it('makes one bet of a request that is sent again with its key', async () => {
    const event = randomUUID();
    const key = { 'idempotency-key': `"${randomUUID()}"` };
    const first = await service.post('/bets', { event_id: event, amount: '5.00' }, key);
    const again = await service.post('/bets', { event_id: event, amount: 5 }, key);
    const other = await service.post('/bets', { event_id: event, amount: '5.01' }, key);

    expect([first.status, again.status, other.status]).toEqual([201, 201, 422]);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.body).toEqual(first.body);
    expect(other.body).toMatchObject({ type: '/docs/problems#idempotency-key-reused' });
    expect(await historyOf(event)).toHaveLength(1);
  });
});

describe('the list of events', () => {
  it('leads from the newest activity to the oldest, each event as it is', async () => {
    const [one, two] = [`list:${randomUUID()}`, `list:${randomUUID()}`];
    await service.post('/bets', { event_id: one, amount: '1.00' });
    await service.post('/bets', { event_id: two, amount: '2.00' });
    const decided = await service.put(`/events/${one}`, { status: 'LOSE' });

    const first = await service.get('/events?limit=1');
    const next = /^<([^>]+)>; rel="next"$/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    const second = await service.get(next);
    const open = await service.get('/events/?state=open&limit=1');

    const alone = await service.get(`/events/${two}`);
    expect([first.status, first.body]).toEqual([200, [decided.body]]);
    expect(second.body).toEqual([alone.body]);
    expect(open.body).toEqual([alone.body]);
  });

  it.each(['/bets', '/events'])('tells who asks %s again that nothing changed', async (path) => {
    await service.post('/bets', { event_id: `list:${randomUUID()}`, amount: '1.00' });
    const { headers } = await service.get(`${path}?limit=1`);
    const etag = headers.get('etag') ?? '';

    const unchanged = await service.call(`${path}?limit=1`, {
      headers: { 'if-none-match': etag },
      cache: 'no-store',
    });
    await service.post('/bets', { event_id: `list:${randomUUID()}`, amount: '1.00' });
    const changed = await service.call(`${path}?limit=1`, {
      headers: { 'if-none-match': etag },
      cache: 'no-store',
    });

    expect([unchanged.status, unchanged.headers.get('etag')]).toEqual([304, etag]);
    expect(unchanged.body).toBeUndefined();
    expect(changed.status).toBe(200);
  });
});

describe('amounts', () => {
  it.each([
    ['"0.01"', '0.01'],
    ['"1000000000.00"', '1000000000.00'],
    ['"1000000000"', '1000000000.00'],
    ['10', '10.00'],
    ['10.5', '10.50'],
    ['10.50', '10.50'],
    ['1e1', '10.00'],
    ['0.1e1', '1.00'],
    ['1000000000.00', '1000000000.00'],
    ['"10.5"', '10.50'],
  ])('%s is taken as %s', async (amount, shown) => {
    const answer = await service.post('/bets', `{"event_id":"${randomUUID()}","amount":${amount}}`);

    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ amount: shown });
  });
});

describe('a bet that is not valid', () => {
  const event = randomUUID();
  const fault = (pointer: string): object => ({ in: 'body', pointer, detail: expect.any(String) });

  it.each([
    ...[
      '10.000000000000000001',
      '0.001',
      '1e-3',
      '"1,5"',
      '0',
      '-1',
      '"-1.00"',
      '"0.00"',
      '"10.000"',
    ],
    ...[
      '1000000000.01',
      '"1000000000.01"',
      '1e400',
      '1e-400',
      '""',
      '" 1"',
      '"+1"',
      '"1e1"',
      '".5"',
    ],
    ...['"0x10"', '"１０"', '"010"', 'null', 'true', '[1]', '{}', '99999999999999999999999999'],
  ])('with the amount %s is refused at #/amount and changes nothing', async (amount) => {
    const answer = await service.post('/bets', `{"event_id":"${event}","amount":${amount}}`);

    expect(answer.status).toBe(422);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.body).toEqual({
      type: '/docs/problems#invalid-request',
      title: 'The request is not valid',
      status: 422,
      detail: 'Not valid: body #/amount.',
      instance: `urn:bet-maker:request:${String(answer.headers.get('x-request-id'))}`,
      errors: [fault('#/amount')],
    });
    expect(await historyOf(event)).toEqual([]);
  });

  it.each([
    ...['""', '"a b"', '"a/b"', '"é"', '1.5', '9007199254740992', '9007199254740991.4', '1e400'],
    ...['null', '[]', '{}', 'true', `"${'x'.repeat(129)}"`, '"a#1"'],
  ])('with the event %s is refused at #/event_id', async (id) => {
    const answer = await service.post('/bets', `{"event_id":${id},"amount":"1.00"}`);

    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ errors: [fault('#/event_id')] });
  });

  it('is told all of its faults at once', async () => {
    const answer = await service.post(
      '/bets',
      { amount: '0.001', stake: 1, 'a/b~c': 2 },
      { 'idempotency-key': 'a b' },
    );

    expect(answer.body).toMatchObject({
      errors: [
        { in: 'header', pointer: '#/idempotency-key', detail: expect.any(String) },
        fault('#/event_id'),
        fault('#/amount'),
        fault('#/stake'),
        fault('#/a~1b~0c'),
      ],
    });
  });

  it.each([
    ['NaN', '{"event_id":"1","amount":NaN}'],
    ['nothing', ''],
    ['half an object', '{"event_id":'],
    ['a forbidden key', '{"__proto__":{},"event_id":"1","amount":1}'],
  ])('with %s for JSON is refused', async (_name, body) => {
    const answer = await service.post('/bets', body);

    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ type: '/docs/problems#malformed-json' });
  });

  it.each(['[]', '1', '"x"', 'null'])('that is %s and no object is refused', async (body) => {
    const answer = await service.post('/bets', body);

    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ type: '/docs/problems#invalid-request' });
  });
});

describe('other requests that are not valid', () => {
  it.each([
    ['/bets?limit=0', '#/limit'],
    ['/bets?limit=1001', '#/limit'],
    ['/bets?limit=1&limit=2', '#/limit'],
    ['/bets?limit=', '#/limit'],
    ['/bets?cursor=abc', '#/cursor'],
    ['/bets?status=open', '#/status'],
    ['/bets?event_id=%20', '#/event_id'],
    ['/bets?page=2', '#/page'],
  ])('GET %s is refused at %s', async (path, pointer) => {
    const answer = await service.get(path);

    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({
      errors: [{ in: 'query', pointer, detail: expect.any(String) }],
    });
  });

  it.each([
    ['{"status":"DRAW"}', [{ in: 'body', pointer: '#/status' }]],
    ['{"status":"win"}', [{ in: 'body', pointer: '#/status' }]],
    ['{}', [{ in: 'body', pointer: '#/status' }]],
    ['{"status":"WIN","version":1}', [{ in: 'body', pointer: '#/version' }]],
  ])('PUT %s is refused and settles nothing', async (body, errors) => {
    const event = randomUUID();
    const answer = await service.put(`/events/${event}`, body);

    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ errors });
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

  it.each([
    ['text/plain', '{}', 415],
    ['application/x-www-form-urlencoded', 'a=1', 415],
    ['application/json', `{"event_id":"1","amount":"1.00","x":"${'x'.repeat(65_536)}"}`, 413],
  ])('a body of %s is refused', async (type, body, status) => {
    const answer = await service.post('/bets', body, { 'content-type': type });

    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ status });
  });

  it('a compressed body is refused before it is unpacked', async () => {
    const answer = await service.post('/bets', 'x', { 'content-encoding': 'gzip' });

    expect(answer.status).toBe(415);
  });

  it.each([
    ['what is not HTTP', 'nonsense\r\n\r\n', 400],
    [
      'headers without end',
      `GET /bets HTTP/1.1\r\nhost: x\r\na: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
    ],
    [
      'two lengths',
      'POST /bets HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx',
      400,
    ],
  ])('%s is a problem too', async (_name, text, status) => {
    const answer = await raw(text);

    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain('application/problem+json');
  });

  it('HEAD answers as GET does, without a body', async () => {
    const answer = await service.call('/bets', { method: 'HEAD' });

    expect(answer.status).toBe(200);
    expect(answer.body).toBeUndefined();
  });
});

function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(service.url);
    let answer = '';
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.on('data', (data) => (answer += data.toString()));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}
