import { spawn } from 'node:child_process';
import { environmentOn, readConfig } from '../../lib/config.ts';
import { startEmbeddedStore } from './embeddedStore.ts';
import { start } from './start.ts';

const SERVER = new URL('server.ts', import.meta.url).pathname;

/**
 * `npm run dev`: the service under `node --watch`, which starts it anew when a file of its source
 * changes. The embedded store is in this process, so that the bets outlive that.
 */
await start(async () => {
  const { store } = readConfig();
  const endpoint = store === 'memory' ? (await startEmbeddedStore()).endpoint : store;
  const child = spawn(process.execPath, ['--watch', '--watch-preserve-output', SERVER], {
    // Errors with their stack line by line: see the logger's documentation of Powertools.
    env: { ...environmentOn(endpoint), POWERTOOLS_DEV: 'true' },
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  child.once('exit', (code) => process.exit(code ?? 0));
});
