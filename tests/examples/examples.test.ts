import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventListBody } from '../../lib/http/bodies.ts';
import { type Service, startService } from '../support/service.ts';
import { fillIn, parseHttpFile } from './httpFile.ts';

const FOLDER = join(import.meta.dirname, '../../examples');
const names = readdirSync(FOLDER);

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop('SIGTERM'));

describe.each(names.filter((name) => name.endsWith('.http')))('examples/%s', (name) => {
  const requests = parseHttpFile(readFileSync(join(FOLDER, name), 'utf8'));
  const answers = new Map<string, Response>();

  it.each(requests)('$title', async ({ name: as, method, url, headers, body, status }) => {
    const answer = await fetch(fillIn(url, service.url, answers), {
      method,
      headers,
      ...(body && { body }),
    });

    expect(answer.status).toBe(status);
    if (as !== undefined) answers.set(as, answer);
  });
});

it('examples/client.mjs places a bet, settles its event and shows that it is won', async () => {
  const client = join(FOLDER, 'client.mjs');

  const { stdout } = await promisify(execFile)(process.execPath, [client, service.url]);

  expect(stdout).toMatch(/amount: '10\.50',\n {2}status: 'won',/);
});

it('examples/demo.mjs makes an evening of bets, and changes nothing the next time', async () => {
  const demo = join(FOLDER, 'demo.mjs');
  const run = () => promisify(execFile)(process.execPath, [demo, service.url]);
  const events = async () => {
    const { body } = await service.get('/events?limit=100');
    // How many bets are stored as settled may change meanwhile.
    return eventListBody
      .parse(body)
      .map(({ event_id, version, bets }) => [event_id, version, bets.total, bets.staked]);
  };

  const { stdout } = await run();
  const first = await events();
  const { stdout: again } = await run();
  const second = await events();

  const matches = first.filter(([id]) => /^[a-z-]+:\d{4}-\d\d-\d\d:/.test(String(id)));
  expect(stdout).toMatch(
    /^\d+ bets on 12 matches\. 5 matches are over, and 1 result was corrected\.$/m,
  );
  const versions = matches.map(([, version]) => String(version));
  expect(versions.sort().join(' ')).toBe('0 0 0 0 0 0 0 1 1 1 1 2');
  expect([again, second]).toEqual([stdout, first]);
});

it('there is no example that is not run', () => {
  expect(names.filter((name) => !name.endsWith('.http'))).toEqual(['client.mjs', 'demo.mjs']);
});
