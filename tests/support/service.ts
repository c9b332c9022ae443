import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type * as z from 'zod';
import { betListBody } from '../../lib/http/bodies.ts';

const SERVER = join(import.meta.dirname, '../../infra/local/server.ts');
const LAMBDA_HANDLERS = join(import.meta.dirname, '../deploy/lambdaHandlers.ts');

export interface Answer {
  status: number;
  headers: Headers;
  // What it holds is what the test is about to find out.
  body: unknown;
}

export type Service = Awaited<ReturnType<typeof startService>>;

/** A test that fails stops nothing: its service must not outlive the tests. */
const running = new Set<ChildProcess>();
const killAll = (): void => {
  for (const child of running) child.kill('SIGKILL');
};
process.once('exit', killAll);
// Jest keeps the events of the process from its tests; programs without Jest have no such function.
if ('afterAll' in globalThis) afterAll(killAll);

/**
 * The service as a process of its own on a free port, as `npm start` runs it. With a package at
 * `TEST_PACKAGE` its functions stand in for the handlers, and leave marks in `TEST_ANSWERED`.
 */
export async function startService(environment: Record<string, string> = {}, program = SERVER) {
  const { PATH, TEST_PACKAGE, TEST_ANSWERED } = { ...process.env, ...environment };
  const packaged = TEST_PACKAGE === undefined ? [] : ['--import', LAMBDA_HANDLERS];
  const child = spawn(process.execPath, [...packaged, program], {
    env: { PATH, TEST_PACKAGE, TEST_ANSWERED, PORT: '0', LOG_LEVEL: 'ERROR', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.once('exit', () => running.delete(child));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  // By default it prints failures only.
  if (environment['LOG_LEVEL'] === undefined) child.stderr.pipe(process.stderr);
  await Promise.race([once(child.stdout, 'data'), exit]);
  const [url] = /http:\/\/\S+/.exec(output) ?? [];
  if (url === undefined) throw new Error(`${program} did not start:\n${output}`);
  const call = (path: string, init: RequestInit) => request(url + path, init);
  const send =
    (method: string) =>
    (path: string, given: unknown, more = {}) => {
      const headers = { 'content-type': 'application/json', ...more };
      const body = typeof given === 'string' ? given : JSON.stringify(given);
      return call(path, { method, headers, body });
    };
  return {
    pid: child.pid ?? Number.NaN,
    url,
    /** All that it has printed, on both streams; the first line tells its address. */
    output: () => output,
    call,
    get: (path: string, headers: Record<string, string> = {}) =>
      call(path, { headers, cache: 'no-store' }),
    post: send('POST'),
    put: send('PUT'),
    /** Sends a signal and waits for the end: the exit code, or null when the signal ended it. */
    stop: (signal: NodeJS.Signals) => {
      child.kill(signal);
      return exit;
    },
  };
}

async function request(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  const text = await response.text();
  const body: unknown = text === '' ? undefined : JSON.parse(text);
  return { status: response.status, headers: response.headers, body };
}

type Getter = Pick<Service, 'get'>;

/** The path that a reference leads to from another. */
function relativeTo(path: string, reference: string): string {
  const { pathname, search } = new URL(reference, new URL(path, 'http://any.example'));
  return pathname + search;
}

/** The pages of a list, from the one at `path` on. */
export async function* pagesFrom({ get }: Getter, path: string): AsyncGenerator<Answer> {
  for (let next: string | undefined = path; next !== undefined;) {
    const page: Answer = await get(next);
    yield page;
    const link = /^<([^>]+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1];
    next = link && relativeTo(next, link);
  }
}

/** All bets on an event, or of the whole history. */
export async function historyOf(service: Getter, event?: string) {
  const bets: z.infer<typeof betListBody> = [];
  const path = event === undefined ? '/bets' : `/bets?event_id=${encodeURIComponent(event)}`;
  for await (const { body } of pagesFrom(service, path)) bets.push(...betListBody.parse(body));
  return bets;
}

/** What `look` finds once `isRight` holds for it; a test's own time is the limit. */
export async function eventually<T>(look: () => Promise<T>, isRight: (seen: T) => boolean) {
  for (;;) {
    const seen = await look();
    if (isRight(seen)) return seen;
    await delay(20);
  }
}
