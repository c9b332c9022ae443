import { describe, expect, it } from '@jest/globals';
import { logger } from '../../lib/logger.ts';
import type { BetJson } from './history.ts';
import { MUTANTS } from './mutants.ts';
import { GUARANTEES } from './guarantees.ts';
import { createRandom } from './random.ts';
import { runSchedule } from './schedule.ts';
import { createWorld } from './world.ts';

logger.setLogLevel('SILENT');

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

it('makes one bet of 200 parallel requests with one key, whatever replies are lost', async () => {
  for (let seed = 1; seed <= 5; seed += 1) {
    const faults = {
      requestLost: 0.1,
      replyLost: 0.3,
      appliedLate: 0.1,
      duplicated: 0.1,
      throttled: 0.1,
      serverError: 0.1,
      conflict: 0.2,
      statementFails: 0,
      keysUnprocessed: 0.1,
      pageCut: 0,
      crash: 0.02,
      latencyMs: 200,
      lateMs: 60_000,
    };
    const world = createWorld(
      createRandom(seed),
      { faults, commitStallMs: 1_000, indexLagMs: 0, skewsMs: [0, 3_600_000], fences: 64 },
      () => {},
      () => {},
    );
    const request = {
      headers: { 'content-type': 'application/json', 'idempotency-key': 'one' },
      body: '{"event_id":"match","amount":"1.00"}',
    };
    const asked = Promise.all(Array.from({ length: 200 }, () => world.call('placeBet', request)));

    await world.time.runUntil(600_000);
    const answers = await asked;
    const taken = answers.flatMap((answer) =>
      answer?.response.statusCode === 201 ? [answer.response] : [],
    );

    expect(taken.length).toBeGreaterThan(0);
    expect(new Set(taken.map(({ body }) => (JSON.parse(body) as BetJson).id)).size).toBe(1);
    expect(world.cloud.all('bets')).toHaveLength(1);
  }
});

it('has a mutant for every guarantee', () => {
  const broken = new Set(MUTANTS.map((mutant) => String(mutant.guarantee)));

  expect([...broken].toSorted()).toEqual(Object.keys(GUARANTEES).toSorted());
});
