import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { betBody, eventBody, eventListBody } from '../../lib/http/bodies.ts';
import { eventually, historyOf, type Service, startService } from '../support/service.ts';
import { startForgetfulProxy } from './forgetfulProxy.ts';
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

/** What runs each program of the getting-started page; a machine may lack some. */
const PROGRAMS = [
  ['sh', 'curl.sh'],
  [process.execPath, 'typescript.ts'],
  ['python3', 'python.py'],
] as const;

it.each(PROGRAMS)('%s getting-started/%s places, retries, pages and settles', async (by, name) => {
  const own = await startService();
  const proxy = await startForgetfulProxy(own.url);
  const folder = await mkdtemp(join(tmpdir(), 'bet-maker-started-'));
  const program = join(FOLDER, 'getting-started', name);

  await promisify(execFile)(by, [program, proxy.url], { cwd: folder });

  const bets = await historyOf(own);
  const events = eventListBody.parse((await own.get('/events')).body);
  expect(bets.map(({ status }) => status)).toEqual(['won', 'won']);
  expect(events).toMatchObject([{ status: 'WIN', version: 1, bets: { total: 2 } }]);
  expect(proxy.keys).toEqual([proxy.keys[0], proxy.keys[0]]);
  await proxy.close();
  await own.stop('SIGTERM');
  await rm(folder, { recursive: true });
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

it('examples/exportDay.mjs writes every bet of a day, and no other', async () => {
  const event_id = '=1+1, "Arsenal" v Chelsea';
  const place = (amount: string) => service.post('/bets', { event_id, amount });
  const placed = betBody.parse((await place('10.50')).body);
  // More than a page has.
  for (let round = 0; round < 50; round += 1) {
    await Promise.all(Array.from({ length: 21 }, () => place('1.00')));
  }
  const day = placed.placed_at.slice(0, 10);
  const run = (of: string) =>
    promisify(execFile)(process.execPath, [join(FOLDER, 'exportDay.mjs'), of, service.url]);

  const { stdout } = await run(day);
  const { stdout: another } = await run('2001-02-03');

  const [head, ...lines] = stdout.trimEnd().split('\r\n');
  const bets = (await historyOf(service)).filter(({ placed_at }) => placed_at.startsWith(day));
  expect(head).toBe('id,event_id,amount,status,placed_at,settled_at');
  expect(lines.map((line) => line.slice(1, 37))).toEqual(bets.map(({ id }) => id));
  expect(lines.find((line) => line.includes(placed.id))).toBe(
    `"${placed.id}","'=1+1, ""Arsenal"" v Chelsea","10.50","pending","${placed.placed_at}",""`,
  );
  expect(another).toBe(`${head}\r\n`);
});

it('examples/exportDay.mjs says what is no day', async () => {
  const exporting = promisify(execFile)(process.execPath, [
    join(FOLDER, 'exportDay.mjs'),
    'yesterday',
    service.url,
  ]);

  await expect(exporting).rejects.toMatchObject({
    code: 1,
    stderr: `The export of yesterday from ${service.url} stopped: Invalid time value\n`,
  });
});

it('examples/followResults.mjs prints results and corrections, read conditionally', async () => {
  const event = randomUUID();
  await service.post('/bets', { event_id: event, amount: '10.50' });
  const following = spawn(process.execPath, [
    join(FOLDER, 'followResults.mjs'),
    service.url,
    '0.1',
  ]);
  let said = '';
  following.stdout.on('data', (text: Buffer) => (said += text.toString()));
  const linesOnce = async (count: number) =>
    eventually(
      async () => said.split('\n').filter((line) => line.includes(event)),
      ({ length }) => length >= count,
    );

  const first = await service.put(`/events/${event}`, { status: 'WIN' });
  await linesOnce(1);
  const second = await service.put(`/events/${event}`, { status: 'LOSE' });
  const lines = await linesOnce(2);
  await eventually(
    async () => (await fetch(`${service.url}/metrics`)).text(),
    (metrics) => /route="\/events",status="304"/.test(metrics),
  );
  following.kill();

  const [at, correctedAt] = [first, second].map(
    ({ body }) => eventBody.parse(body).history.at(-1)?.decided_at,
  );
  expect(lines).toEqual([
    `${at} ${event} WIN: 1 bets, 10.50 staked`,
    `${correctedAt} ${event} LOSE (correction 1): 1 bets, 10.50 staked`,
  ]);
});

it('npm run invoke calls each handler with its event, all on one store', async () => {
  const functions = readdirSync(join(FOLDER, '../functions'))
    .filter((name) => !name.endsWith('.test.ts'))
    .map((name) => name.replace('.ts', ''));
  const order = ['placeBet', 'listBets', 'getBet', 'settleEvent', 'getEvent', 'listEvents'];
  const invoke = join(FOLDER, '../tests/invoke.ts');
  const all = [...order, 'pages', 'resumeSettlements'];

  const { stdout } = await promisify(execFile)(process.execPath, [invoke, ...all]);

  const answers = stdout.matchAll(/^(\w+) \{\n {2}statusCode: (\d+),$/gm);
  expect(all.toSorted()).toEqual(functions);
  expect(Array.from(answers, ([, name, status]) => [name, status])).toEqual([
    ['placeBet', '201'],
    ['listBets', '200'],
    // Its event names a bet that is not there.
    ['getBet', '404'],
    ...['settleEvent', 'getEvent', 'listEvents', 'pages'].map((name) => [name, '200']),
  ]);
  expect(stdout).toMatch(/^getEvent .+^ {4}event_id: 'football\/epl\/everton-fulham',\n/ms);
  expect(stdout).toMatch(/^resumeSettlements \{ found: 0,/m);
});

it('npm run invoke names the events that there are', async () => {
  const invoke = join(FOLDER, '../tests/invoke.ts');

  await expect(promisify(execFile)(process.execPath, [invoke, 'placeBets'])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^Usage: npm run invoke -- \[getBet \| .+ \| settleEvent\]/),
  });
});

it('there is no example that is not run', () => {
  const others = [
    ...['client.mjs', 'demo.mjs', 'events', 'exportDay.mjs', 'followResults.mjs'],
    'getting-started',
  ];
  expect(names.filter((name) => !name.endsWith('.http'))).toEqual(others);
});
