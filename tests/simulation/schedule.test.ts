import { describe, expect, it } from '@jest/globals';
import { betBody } from '../../lib/http/bodies.ts';
import { NO_FAULTS } from './network.ts';
import { createRandom } from './random.ts';
import { runSchedule } from './schedule.ts';
import { createWorld } from './world.ts';

describe('a schedule', () => {
  it('goes the same way step by step for the same seed, and another way for another', async () => {
    const [one, again, other] = [await runSchedule(7), await runSchedule(7), await runSchedule(8)];

    expect(again).toEqual(one);
    expect(other.digest).not.toBe(one.digest);
  });

  it('breaks no guarantee', async () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const { violations } = await runSchedule(seed);

      expect({ seed, violations }).toEqual({ seed, violations: [] });
    }
  });
});

it('makes one bet of 200 parallel requests with one key, whatever is lost', async () => {
  for (let seed = 1; seed <= 5; seed += 1) {
    const faults = {
      ...NO_FAULTS,
      requestLost: 0.1,
      replyLost: 0.3,
      appliedLate: 0.1,
      duplicated: 0.1,
      throttled: 0.1,
      serverError: 0.1,
      conflict: 0.2,
      keysUnprocessed: 0.1,
      crash: 0.02,
      latencyMs: 200,
      lateMs: 60_000,
      commitStallMs: 1_000,
    };
    const world = createWorld(
      createRandom(seed),
      {
        faults,
        indexLagMs: { bets: 0, events: 0 },
        lambdas: 0,
        coldStarts: 0,
        skewsMs: [0, 3_600_000],
        fences: 64,
        hotFence: 0,
        shards: 16,
      },
      () => {},
      () => {},
    );
    world.network.break();
    const request = {
      headers: { 'content-type': 'application/json', 'idempotency-key': 'one' },
      body: '{"event_id":"match","amount":"1.00"}',
    };
    const asked = Promise.all(Array.from({ length: 200 }, () => world.call('placeBet', request)));

    await world.time.runUntil(600_000);
    // A crash may have taken all of them: whoever asks again is answered.
    world.network.heal();
    const last = await world.time.runThrough(world.call('placeBet', request));
    const answers = [...(await asked), last];

    const ids = answers.flatMap((answer) =>
      answer?.response.statusCode === 201
        ? [betBody.parse(JSON.parse(answer.response.body)).id]
        : [],
    );
    expect(last?.response.statusCode).toBe(201);
    expect(new Set(ids).size).toBe(1);
    expect(world.cloud.all('bets')).toHaveLength(1);
  }
});
