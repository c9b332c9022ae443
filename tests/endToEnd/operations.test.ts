import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { type Service, startService } from '../support/service.ts';

const TOKEN = randomUUID();
const AUTHORIZED = { authorization: `Bearer ${TOKEN}` };

let service: Service;
beforeAll(async () => {
  service = await startService({ OPERATOR_TOKEN: TOKEN, LOG_LEVEL: 'INFO' });
});
afterAll(() => service.stop('SIGTERM'));

const settle = (event: string, headers = {}) =>
  service.put(`/events/${event}`, { status: 'WIN' }, headers);

describe('with OPERATOR_TOKEN', () => {
  it('anybody bets and reads, and only operators settle', async () => {
    const event = randomUUID();
    const placed = await service.post('/bets', { event_id: event, amount: '1.00' });
    const missing = await settle(event);
    const wrong = await settle(event, { authorization: `Bearer ${randomUUID()}` });
    const open = await service.get(`/events/${event}`);
    const right = await settle(event, AUTHORIZED);

    expect([placed, missing, wrong, open, right].map(({ status }) => status)).toEqual([
      201, 401, 401, 200, 200,
    ]);
    expect(missing.headers.get('www-authenticate')).toBe('Bearer realm="bet-maker"');
    expect(open.body).toMatchObject({ event_id: event, state: 'open' });
    expect(right.body).toMatchObject({ event_id: event, state: 'settled' });
  });
});

describe('GET /metrics', () => {
  /** The value of a metric without labels. */
  async function metric(name: string): Promise<number> {
    const text = await (await fetch(`${service.url}/metrics`)).text();
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  }

  it('counts what the requests did, and prints of it the result alone', async () => {
    const event = randomUUID();
    const before = await metric('bet_maker_stake_placed_minor_total');
    await service.post('/bets', { event_id: event, amount: '2.50' });
    await service.post('/bets', { event_id: event, amount: 1 });
    await settle(event, AUTHORIZED);
    await service.post('/bets', { event_id: event, amount: '5.00' });

    const after = await metric('bet_maker_stake_placed_minor_total');
    expect(after - before).toBe(350);
    expect(await metric('bet_maker_bets_refused_total')).toBe(1);
    expect(await metric('bet_maker_settlements_begun_total')).toBe(
      await metric('bet_maker_settlements_finished_total'),
    );
    const printed = service.output().trimEnd().split('\n').slice(1);
    const own = printed.filter((line) => line.includes(event));
    expect(own.map((line) => JSON.parse(line))).toMatchObject([
      { message: 'A result was put in force', eventId: event, outcome: 'WIN', version: 1 },
    ]);
    expect(printed.filter((line) => !line.includes('A result was put in force'))).toEqual([]);
    expect(service.output()).not.toContain(TOKEN);
  });
});

describe('an idempotency key', () => {
  it('of one client is a key of all: it gives them its bet, or refuses theirs', async () => {
    const key = { 'idempotency-key': `acme:${randomUUID()}` };
    const bet = { event_id: randomUUID(), amount: '1.00' };
    const first = await service.post('/bets', bet, { ...key, ...AUTHORIZED });

    const same = await service.post('/bets', bet, { ...key, 'user-agent': 'another client' });
    const other = await service.post('/bets', { ...bet, amount: '2.00' }, key);

    expect([same.status, same.body]).toEqual([201, first.body]);
    expect(other.body).toMatchObject({ type: expect.stringMatching(/#idempotency-key-reused$/) });
  });
});
