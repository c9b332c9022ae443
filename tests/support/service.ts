import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const SERVER = join(import.meta.dirname, '../../infra/local/server.ts');
const LAMBDA_HANDLERS = join(import.meta.dirname, '../deploy/lambdaHandlers.ts');
const START_MS = 20_000;

export interface Answer {
  status: number;
  headers: Headers;
  // What it holds is what the test is about to find out.
  body: unknown;
}

export interface Service {
  pid: number;
  url: string;
  /** The first line that it printed. */
  line: string;
  get(path: string): Promise<Answer>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  put(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  call(path: string, init: RequestInit): Promise<Answer>;
  /** Sends a signal and waits for the end: the exit code, or null when the signal ended it. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

/** A test that fails stops nothing: its service must not outlive the tests. */
const running = new Set<ChildProcess>();
const killAll = (): void => {
  for (const child of running) child.kill('SIGKILL');
};
process.once('exit', killAll);
// Jest keeps the events of the process from its tests; programs without Jest have no such function.
(globalThis as { afterAll?: typeof afterAll }).afterAll?.(killAll);

/**
 * The service as a process of its own on a free port, as `npm start` runs it. With a package at
 * `TEST_PACKAGE` its functions stand in for the handlers.
 */
export async function startService(
  environment: Record<string, string> = {},
  program = SERVER,
): Promise<Service> {
  const { PATH, TEST_PACKAGE } = process.env;
  const packaged = TEST_PACKAGE === undefined ? [] : ['--import', LAMBDA_HANDLERS];
  const child = spawn(process.execPath, [...packaged, program], {
    env: { PATH, TEST_PACKAGE, PORT: '0', LOG_LEVEL: 'ERROR', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const [data] = (await once(child.stdout, 'data', { signal: AbortSignal.timeout(START_MS) })) as [
    Buffer,
  ];
  child.stdout.resume();
  const line = data.toString().trimEnd();
  const url = /http:\/\/\S+/.exec(line)?.[0] ?? '';
  const call = (path: string, init: RequestInit) => request(url + path, init);
  const send =
    (method: string): Service['post'] =>
    (path, body, headers) =>
      call(path, {
        method,
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
  return {
    pid: child.pid ?? Number.NaN,
    url,
    line,
    call,
    get: (path) => call(path, {}),
    post: send('POST'),
    put: send('PUT'),
    stop: async (signal) => {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const exit = once(child, 'exit');
      child.kill(signal);
      // The first thing that the event tells is the exit code.
      return ((await exit) as [number | null])[0];
    },
  };
}

async function request(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  const text = await response.text();
  const body: unknown = text === '' ? undefined : JSON.parse(text);
  return { status: response.status, headers: response.headers, body };
}
