import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { config, useStoreAt } from '../../lib/config.ts';
import {
  demandHost,
  noteAnswers,
  rejectExpectation,
  rejectRawRequest,
  rejectTunnel,
} from './rawRequests.ts';

const HEADERS_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 10_000;
/** How often Node looks for requests that are over time, in milliseconds. */
const TIMEOUT_CHECK_MS = 1_000;
/**
 * Connections at most: with the largest body each, they take half of the memory that compose gives.
 * One more is closed at once; slow ones are closed in time to make room.
 */
const MAX_CONNECTIONS = 4_096;
/** Requests on one connection, so that a balancer's long-lived ones are spread again now and then. */
const MAX_REQUESTS_PER_CONNECTION = 100_000;
/** How long requests in flight may take to end after SIGTERM, in milliseconds. */
const DRAIN_MS = 15_000;

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
      // Refused by `demandHost`, which can say why.
      requireHostHeader: false,
    },
    noteAnswers(demandHost(app)),
  );
  guard(server);
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

function guard(server: Server): void {
  server.maxConnections = MAX_CONNECTIONS;
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_CONNECTION;
  server.on('clientError', rejectRawRequest);
  server.on('connect', rejectTunnel);
  server.on('checkExpectation', rejectExpectation);
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
  // Whoever forked it is gone.
  process.on('disconnect', stop);
}

main().catch((error: unknown) => {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`bet-maker cannot start: ${reason}\n`);
  process.exit(1);
});
