import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
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

  it.each(requests.map((request) => [request.title, request] as const))(
    '%s',
    async (_title, request) => {
      const fill = (text: string): string => fillIn(text, service.url, answers);
      const { method, headers, body } = request;

      const answer = await fetch(fill(request.url), { method, headers, ...(body && { body }) });

      expect(answer.status).toBe(request.status);
      if (request.name !== undefined) answers.set(request.name, answer);
    },
  );
});

it('examples/client.mjs places a bet, settles its event and shows that it is won', async () => {
  const client = join(FOLDER, 'client.mjs');

  const { stdout } = await promisify(execFile)(process.execPath, [client, service.url]);

  expect(stdout).toMatch(/amount: '10\.50',\n {2}status: 'won',/);
});

describe('examples/demo.mjs', () => {
  const run = () => promisify(execFile)(process.execPath, [join(FOLDER, 'demo.mjs'), service.url]);
  const eventsOf = async () =>
    (await service.get('/events?limit=100')).body as {
      event_id: string;
      version: number;
      bets: { total: number; staked: string };
    }[];
  const known = ({ event_id, version, bets }: Awaited<ReturnType<typeof eventsOf>>[number]) => {
    return { event_id, version, total: bets.total, staked: bets.staked };
  };

  it('fills the service with an evening, and changes nothing when it is run again', async () => {
    const { stdout } = await run();
    const first = await eventsOf();
    const { stdout: again } = await run();
    const second = await eventsOf();

    const matches = first.filter(({ event_id }) => /^[a-z-]+:\d{4}-\d\d-\d\d:/.test(event_id));
    expect(stdout).toMatch(/^\d+ bets on 12 matches, 5 of them over, 1 corrected\.$/m);
    expect(matches.map(({ version }) => version).toSorted((one, other) => one - other)).toEqual([
      ...[0, 0, 0, 0, 0, 0, 0],
      ...[1, 1, 1, 1, 2],
    ]);
    expect(again).toBe(stdout);
    // Stored statuses may have followed meanwhile.
    expect(second.map(known)).toEqual(first.map(known));
  });
});

it('there is no example that is not run', () => {
  expect(names.filter((name) => !name.endsWith('.http'))).toEqual(['client.mjs', 'demo.mjs']);
});
