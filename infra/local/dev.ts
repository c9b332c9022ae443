import { type ChildProcess, fork } from 'node:child_process';
import { watch } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { config, environmentOn } from '../../lib/config.ts';

/**
 * `npm run dev`: the service in a process of its own, which is started anew when a file of its source changes.
 * The embedded store is in this process, so that the bets outlive that.
 */
const ROOT = new URL('../../', import.meta.url);
const SOURCES = ['functions', 'infra', 'lib'];
/** An editor writes a file in several steps, in milliseconds. */
const SETTLE_MS = 50;
/** How long a process may take to end its requests, in milliseconds. */
const STOP_MS = 2_000;

async function main(): Promise<void> {
  const endpoint = config.dynamodbEndpoint ?? (await startStore());
  const env = environmentOn(endpoint);
  const start = (): ChildProcess => fork(new URL('server.ts', import.meta.url), { env });
  let child = start();
  let timer: NodeJS.Timeout | undefined;
  let stopping = false;
  const restart = async (): Promise<void> => {
    await stop(child);
    if (!stopping) child = start();
  };
  // One after the other: two processes cannot listen on one port.
  let restarted = Promise.resolve();
  for (const folder of SOURCES) {
    watch(fileURLToPath(new URL(folder, ROOT)), { recursive: true }, (_change, file) => {
      if (file?.endsWith('.test.ts')) return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        restarted = restarted.then(restart);
      }, SETTLE_MS);
    });
  }
  const end = (): void => {
    stopping = true;
    clearTimeout(timer);
    void restarted.then(() => stop(child)).then(() => process.exit(0));
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
}

async function startStore(): Promise<string> {
  const { startEmbeddedStore } = await import('./embeddedStore.ts');
  return (await startEmbeddedStore()).endpoint;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const patience = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(patience);
}

await main();
