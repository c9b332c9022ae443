import { describe, expect, it } from '@jest/globals';
import { setImmediate as settlePromises } from 'node:timers/promises';
import { limitInFlight } from './inFlight.ts';

const OK = { statusCode: 200, headers: {}, body: '{}' };
const LIMITS = { serving: 1, waiting: 1, waitMs: Infinity };

describe('limitInFlight', () => {
  it('starts a request only when it is its turn, the first that came first', async () => {
    const inTurn = limitInFlight({ ...LIMITS, waiting: 2 });
    const first = Promise.withResolvers<typeof OK>();
    const started: string[] = [];
    const serve = (name: string, answer: Promise<typeof OK>) =>
      inTurn('/bets/1', () => {
        started.push(name);
        return answer;
      });
    const answers = [
      serve('first', first.promise),
      serve('second', Promise.resolve(OK)),
      serve('third', Promise.resolve(OK)),
    ];

    await settlePromises();
    expect(started).toEqual(['first']);

    first.resolve(OK);
    expect(await Promise.all(answers)).toEqual([OK, OK, OK]);
    expect(started).toEqual(['first', 'second', 'third']);
  });

  it('tells one request too many to come back at once', async () => {
    const inTurn = limitInFlight(LIMITS);
    const waiting = Promise.withResolvers<typeof OK>();
    const served = [
      inTurn('/bets/1', () => waiting.promise),
      inTurn('/bets/1', () => waiting.promise),
    ];
    await settlePromises();

    const refused = await inTurn('/bets/1', neverServed);
    waiting.resolve(OK);

    expect(refused).toMatchObject({ statusCode: 503, headers: { 'retry-after': '1' } });
    expect(JSON.parse(refused.body)).toMatchObject({ type: '../docs/problems#unavailable' });
    expect(await Promise.all(served)).toEqual([OK, OK]);
  });

  it('does not serve what has waited too long when its turn comes', async () => {
    const inTurn = limitInFlight({ ...LIMITS, waitMs: -1 });

    const headers = { 'retry-after': '1' };
    expect(await inTurn('/bets/1', neverServed)).toMatchObject({ statusCode: 503, headers });
  });

  it('takes the next request when one has failed', async () => {
    const inTurn = limitInFlight(LIMITS);

    await expect(inTurn('/bets/1', () => Promise.reject(new Error('broken')))).rejects.toThrow(
      'broken',
    );

    expect(await inTurn('/bets/1', () => Promise.resolve(OK))).toEqual(OK);
  });
});

function neverServed(): Promise<typeof OK> {
  throw new Error('It was served.');
}
