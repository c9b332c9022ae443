import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { config, useStoreAt } from '../../lib/config.ts';
import { rejectRawRequest } from './rawRequests.ts';

const HEADERS_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 10_000;
/** How often Node looks for requests that are over time, in milliseconds. */
const TIMEOUT_CHECK_MS = 1_000;
/** How long requests in flight may take to end after SIGTERM, in milliseconds. */
const DRAIN_MS = 10_000;

async function main(): Promise<void> {
  const storeName = config.dynamodbEndpoint ?? 'embedded, in memory: it forgets all bets at exit';
  if (config.dynamodbEndpoint === undefined) {
    const { startEmbeddedStore } = await import('./embeddedStore.ts');
    useStoreAt((await startEmbeddedStore()).endpoint);
  }
  // The handlers make their client when they are imported, so the store's address must stand.
  const { createApp } = await import('./app.ts');
  const { runSettlementLoop } = await import('./settlementLoop.ts');
  const { prepareStore } = await import('./prepareStore.ts');

  const stopping = new AbortController();
  const app = createApp(() => stopping.signal.aborted);
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    },
    app,
  );
  server.on('clientError', rejectRawRequest);
  // Ready for the first request when the line below is out; a store that is away is waited for.
  await prepareStore().catch(() => {});
  await listen(server);
  const { port } = server.address() as AddressInfo;
  process.stdout.write(
    `bet-maker on http://${hostOf(config.host)}:${port} (store: ${storeName})\n`,
  );
  stopOnSignal(server, stopping);
  await runSettlementLoop(stopping.signal);
}

function hostOf(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.port, config.host, resolve);
  });
}

/** Takes no new connection, lets requests in flight end, then exits. */
function stopOnSignal(server: Server, stopping: AbortController): void {
  const stop = (): void => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    server.close(() => process.exit(0));
    setTimeout(() => server.closeAllConnections(), DRAIN_MS).unref();
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

main().catch((error: unknown) => {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`bet-maker cannot start: ${reason}\n`);
  process.exit(1);
});
