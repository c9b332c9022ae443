import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import type * as z from 'zod';
import { betBody, eventBody, eventListBody } from '../../lib/http/bodies.ts';
import { historyOf, pagesFrom, type Service, startService } from '../support/service.ts';
import { newLedger } from './payOutLedger.ts';

const bet_id = '01a203aa-93ed-7394-bba1-65f07fb629c1';
const ODDS = 3;

describe('the ledger of docs/payouts.md', () => {
  it('pays what the newest result is worth, whatever comes twice, late or never', () => {
    const worths = fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 5 });
    const deliveries = worths.chain((worth) => {
      const news = worth.map((each, index) => ({ bet_id, version: index + 1, worth: each }));
      return fc.array(fc.constantFrom(...news), { minLength: 1, maxLength: 12 });
    });
    fc.assert(
      fc.property(deliveries, (delivered) => {
        const ledger = newLedger();

        for (const each of delivered) ledger.book(each);

        const [newest] = delivered.toSorted((one, other) => other.version - one.version);
        expect(ledger.transferred()).toEqual(new Map([[bet_id, newest?.worth]]));
      }),
    );
  });

  it('is right again when the service went back, and gives versions a second time', () => {
    const ledger = newLedger();
    ledger.book({ bet_id, version: 1, worth: 300 });
    ledger.book({ bet_id, version: 2, worth: 0 });
    ledger.book({ bet_id, version: 3, worth: 300 });

    ledger.forgetVersions();
    ledger.book({ bet_id, version: 1, worth: 300 });
    ledger.book({ bet_id, version: 2, worth: 0 });
    ledger.book({ bet_id, version: 2, worth: 0 });

    expect(ledger.transferred()).toEqual(new Map([[bet_id, 0]]));
  });
});

/** Steps 1 to 5 of "From the API". `seen` is the version of each event that is booked. */
async function follow(service: Service, ledger: Ledger, seen: Map<string, number>): Promise<void> {
  for await (const { body } of pagesFrom(service, '/events?state=settled&limit=2')) {
    for (const { event_id, version } of eventListBody.parse(body)) {
      if (version > (seen.get(event_id) ?? 0)) await bookEvent(service, ledger, event_id);
      seen.set(event_id, version);
    }
  }
}
type Ledger = ReturnType<typeof newLedger>;

async function bookEvent(service: Service, ledger: Ledger, event_id: string): Promise<void> {
  const path = `/events/${encodeURIComponent(event_id)}`;
  for (;;) {
    const before = eventBody.parse((await service.get(path)).body);
    const bets = await historyOf(service, event_id);
    const after = eventBody.parse((await service.get(path)).body);
    if (bets.length !== before.bets.total || after.version !== before.version) continue;
    for (const bet of bets) ledger.book(newsOf(bet, after.version));
    return;
  }
}

function newsOf({ id, amount, status }: z.output<typeof betBody>, version: number) {
  const stake = Math.round(Number(amount) * 100);
  return { bet_id: id, version, worth: status === 'won' ? stake * ODDS : 0 };
}

describe('who follows the API as docs/payouts.md says', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.stop('SIGTERM'));

  it('has paid for every bet what it is worth, also after corrections', async () => {
    const [won, lost, corrected, open] = ['won', 'lost', 'corrected', 'open'].map(
      (name) => `${name}/${randomUUID()}`,
    );
    const place = async (event_id = '') =>
      betBody.parse((await service.post('/bets', { event_id, amount: '10.50' })).body).id;
    const settle = (event_id = '', status = '') =>
      service.put(`/events/${encodeURIComponent(event_id)}`, { status });
    const [first, second, third, fourth] = await Promise.all(
      [won, won, lost, corrected, open].map(place),
    );
    const [ledger, seen] = [newLedger(), new Map<string, number>()];

    await settle(won, 'WIN');
    await settle(lost, 'LOSE');
    await settle(corrected, 'WIN');
    await follow(service, ledger, seen);
    await settle(corrected, 'LOSE');
    await follow(service, ledger, seen);
    await follow(service, ledger, new Map());

    const paid = new Map([
      [first, 3150],
      [second, 3150],
      [third, 0],
      [fourth, 0],
    ]);
    expect(ledger.transferred()).toEqual(paid);
  });
});
