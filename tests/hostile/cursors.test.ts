import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { v7 } from 'uuid';
import { eventListBody } from '../../lib/http/bodies.ts';
import { betCursor } from '../../lib/http/calls/listBets.ts';
import { sealCursor } from '../../lib/http/paging.ts';
import { historyOf, type Service, startService } from '../support/service.ts';

/** What can be done with cursors that the service never gave: their check sum is no secret. */
let service: Service;
beforeAll(async () => {
  service = await startService();
  for (let round = 0; round < 5; round += 1) {
    await Promise.all(EVENTS.map((event_id) => service.post('/bets', { event_id, amount: 1 })));
  }
  await service.put(`/events/${EVENTS[0]}`, { status: 'WIN' });
});
afterAll(() => service.stop('SIGTERM'));

const EVENTS = Array.from({ length: 4 }, () => randomUUID());
const RUNS = { numRuns: 150 };

/** Around the time of this test, and far from it. */
const time = fc.oneof(
  fc.nat({ max: 10_000 }).map((ago) => Date.now() - ago),
  fc.constantFrom(0, 4_102_444_800_000),
);

async function page(path: string, cursor: string) {
  return service.get(`${path}cursor=${encodeURIComponent(cursor)}`);
}

describe('a forged cursor', () => {
  it('shows of the bets what the pages show anyhow: those below a place', async () => {
    const lists = [undefined, ...EVENTS];
    const whole = new Map<string | undefined, unknown[]>();
    for (const event of lists) whole.set(event, await historyOf(service, event));

    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...lists), time, async (event, msecs) => {
        const before = v7({ msecs });
        const path = event === undefined ? '/bets?' : `/bets?event_id=${event}&`;

        const answer = await page(path, betCursor(before, event));

        const below = (bet: unknown) => Reflect.get(Object(bet), 'id') < before;
        expect([answer.status, answer.body]).toEqual([200, whole.get(event)?.filter(below)]);
      }),
      RUNS,
    );
  });

  it('shows of the events what the pages show anyhow', async () => {
    const { body } = await service.get('/events');
    const whole = eventListBody.parse(body);
    const states = fc.constantFrom('', 'open', 'settled');

    await fc.assert(
      fc.asyncProperty(states, time, async (state, at) => {
        const place = Buffer.from(`${new Date(at).toISOString()} x`);
        const path = state === '' ? '/events?' : `/events?state=${state}&`;

        const answer = await page(path, sealCursor(place, `events\n${state}`));

        const shown = eventListBody.parse(answer.body);
        expect(whole).toEqual(expect.arrayContaining(shown));
        expect(shown.filter((event) => state !== '' && event.state !== state)).toEqual([]);
      }),
      RUNS,
    );
  });

  it('is refused when it is no place at all, whatever it holds', async () => {
    const filters = fc.constantFrom('', EVENTS[0] ?? '', 'events\n', 'events\nopen');
    const made = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc
        .string({ unit: 'binary' })
        .map((text) => Buffer.from(`2026-11-27T20:00:00.000Z ${text}\n`)),
    );
    const paths = fc.constantFrom('/bets?', '/events?', '/events?state=open&');

    await fc.assert(
      fc.asyncProperty(made, filters, paths, async (place, filter, path) => {
        const { status, body } = await page(path, sealCursor(place, filter));

        expect([status, body]).toMatchObject([422, { errors: [{ pointer: '#/cursor' }] }]);
      }),
      RUNS,
    );
  });
});
