import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { join } from 'node:path';
import type { Guarantee } from '../simulation/promises.ts';
import { runMain } from '../support/runMain.ts';
import { type Service, startService } from '../support/service.ts';
import { accept } from './accept.ts';
import { BREAKS, sayWhoDecided, startBrokenService } from './brokenService.ts';
import { Refused } from './overHttp.ts';

jest.setTimeout(600_000);

/** Long enough for results, late bets and repetitions; a few seconds. */
const MINUTES = 0.1;
const TOKEN = 'token-of-an-operator';

let service: Service;
beforeAll(async () => {
  service = await startService({ OPERATOR_TOKEN: TOKEN });
});
afterAll(() => service.stop('SIGTERM'));

const acceptAt = (url: string) => accept({ url, token: TOKEN, minutes: MINUTES });

describe('accept', () => {
  it('finds no violation in two runs that share a service', async () => {
    const reports = await Promise.all([acceptAt(service.url), acceptAt(`${service.url}/`)]);

    for (const { rounds, bets, results, answers, violations } of reports) {
      expect(violations).toEqual([]);
      expect(rounds).toBe(1);
      expect(Math.min(bets, results, answers['409'] ?? 0, answers['422'] ?? 0)).toBeGreaterThan(0);
    }
  });

  it('finds none where results say who decided them', async () => {
    const aws = await startBrokenService(service.url, sayWhoDecided);

    const { violations } = await acceptAt(aws.url);
    await aws.close();

    expect(violations).toEqual([]);
  });

  it.each<[keyof typeof BREAKS, Guarantee]>([
    ['a lost bet', 1],
    ['a doubled key', 2],
    ['a late bet', 3],
    ['a stale read', 4],
    ['a wrong total', 13],
  ])('finds %s', async (name, guarantee) => {
    const broken = await startBrokenService(service.url, BREAKS[name]);

    const { violations } = await acceptAt(broken.url);
    await broken.close();

    expect(violations.map((each) => each.guarantee)).toContain(guarantee);
  });

  it('cannot look at a service that takes no result from it', async () => {
    const looking = accept({ url: service.url, token: 'not-the-right-token', minutes: MINUTES });

    await expect(looking).rejects.toThrow(Refused);
    await expect(looking).rejects.toThrow(/settleEvent was answered 401: give the token/);
  });
});

/** Runs the command as `npm run accept` does. */
const command = (...options: string[]) =>
  runMain(join(import.meta.dirname, 'main.ts'), { OPERATOR_TOKEN: TOKEN }, options);

describe('the command', () => {
  it('ends with 0 and a report when all guarantees are kept', async () => {
    const { code, output, errors } = await command('--url', service.url, '--minutes', '0.05');

    expect([code, JSON.parse(output)]).toEqual([
      0,
      expect.objectContaining({ rounds: 1, violations: 0 }),
    ]);
    expect(errors).toMatch(/^round 1: \d+ bets, \d+ results, 0 violations so far\n$/);
  });

  it('ends with 1 and names the guarantee that is broken', async () => {
    const broken = await startBrokenService(service.url, BREAKS['a wrong total']);

    const { code, output } = await command('--url', broken.url, '--minutes', '0.05');
    await broken.close();

    expect(code).toBe(1);
    expect(output).toContain('VIOLATED 13, counts equal bets, and stakes add up: accept/');
  });

  it.each([
    [['--minutes', '1'], '--url must be an address'],
    [['--url', 'http://127.0.0.1:1', '--minutes', '0'], '--minutes must be more than 0'],
    [['--url', 'http://127.0.0.1:1', '--clients', '99'], '--clients must be from 1 to 64'],
    [['--url', 'http://127.0.0.1:1', '--bets', '9'], "Unknown option '--bets'"],
  ])('ends with 2 when it is told %j', async (options, reason) => {
    const { code, errors } = await command(...options);

    expect(code).toBe(2);
    expect(errors).toContain(reason);
  });
});
