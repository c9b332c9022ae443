import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { eventually, historyOf, type Service, startService } from '../support/service.ts';

/** What becomes of requests whose clients do not wait for the answer. */
let service: Service;
beforeAll(async () => {
  service = await startService({ LOG_LEVEL: 'INFO' });
});
afterAll(() => service.stop('SIGTERM'));

/** Sends so many bytes of a request, or all of them, and goes away. */
async function abandon(line: string, key: string, body: string, bytes?: number): Promise<void> {
  const head = [`${line} HTTP/1.1`, 'Host: localhost', 'Content-Type: application/json'];
  const length = `Content-Length: ${body.length}`;
  const request = [...head, length, `Idempotency-Key: ${key}`, '', body].join('\r\n');
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.end(request.slice(0, bytes));
  // Unread bytes would make a reset of the end.
  socket.resume();
  await once(socket, 'close');
}

const betOn = (event: string) => ({ event_id: event, amount: '1.00' });

describe('a request whose client goes away', () => {
  it('places its bet when it has arrived whole, and a retry with its key finds it', async () => {
    const event = randomUUID();
    const key = { 'idempotency-key': randomUUID() };

    await abandon('POST /bets', key['idempotency-key'], JSON.stringify(betOn(event)));
    const [bet] = await eventually(
      () => historyOf(service, event),
      ({ length }) => length > 0,
    );
    const retry = await service.post('/bets', betOn(event), key);

    expect([retry.status, retry.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
    expect(retry.body).toEqual(bet);
  });

  it('settles its event when it has arrived whole', async () => {
    const event = randomUUID();
    await service.post('/bets', betOn(event));

    await abandon(`PUT /events/${event}`, 'unused', '{"status":"WIN"}');

    const { body } = await eventually(
      () => service.get(`/events/${event}`),
      (answer) => Reflect.get(Object(answer.body), 'state') === 'settled',
    );
    expect(body).toMatchObject({ status: 'WIN', bets: { total: 1, settled: 1 } });
  });

  it('changes nothing when it has not, and fails nothing', async () => {
    const event = randomUUID();
    const key = randomUUID();
    const said = service.output();

    for (const bytes of [20, 60, 120, 160]) {
      await abandon('POST /bets', key, JSON.stringify(betOn(event)), bytes);
    }
    const retry = await service.post('/bets', betOn(event), { 'idempotency-key': key });

    expect([retry.status, retry.headers.get('idempotency-replayed')]).toEqual([201, null]);
    expect(await historyOf(service, event)).toEqual([retry.body]);
    expect(service.output()).toBe(said);
  });
});
