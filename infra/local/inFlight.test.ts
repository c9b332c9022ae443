import { apiEvent, context } from '../../tests/support/apiEvent.ts';
import { limitInFlight } from './inFlight.ts';

const OK = { statusCode: 200, headers: {}, body: '{}' };

describe('limitInFlight', () => {
  it('tells one request too many to come back at once, over all handlers together', async () => {
    const waiting = Promise.withResolvers<typeof OK>();
    const limit = limitInFlight(2);
    const slow = limit(() => waiting.promise);
    const other = limit(() => waiting.promise);
    const served = [slow(apiEvent({}), context), other(apiEvent({}), context)];

    const refused = await slow(apiEvent({}), context);
    waiting.resolve(OK);

    expect(refused).toMatchObject({ statusCode: 503, headers: { 'retry-after': '1' } });
    expect(JSON.parse(refused.body)).toMatchObject({ type: '/docs/problems#unavailable' });
    expect(await Promise.all(served)).toEqual([OK, OK]);
  });

  it('takes the next request when one has ended, well or not', async () => {
    const limit = limitInFlight(1);
    const failing = limit(() => Promise.reject(new Error('broken')));
    const working = limit(() => Promise.resolve(OK));

    await expect(failing(apiEvent({}), context)).rejects.toThrow('broken');
    const first = await working(apiEvent({}), context);
    const second = await working(apiEvent({}), context);

    expect([first, second]).toEqual([OK, OK]);
  });
});
