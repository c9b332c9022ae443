import type { Server } from 'node:http';
import { type Config, readConfig } from '../../lib/config.ts';
import { createMissingTables } from '../../lib/dynamodb/bootstrap.ts';
import { createClient } from '../../lib/dynamodb/client.ts';
import { createLogger } from '../../lib/logger.ts';
import { measure } from '../../lib/metrics.ts';
import { createService, guarded } from '../../lib/service.ts';
import { createApp } from './app.ts';
import { hostInUrl, ownHosts } from './hosts.ts';
import { listen } from './listen.ts';
import { createPrometheus } from './prometheus.ts';
import { createHttpServer } from './rawRequests.ts';
import { NOT_PREPARED, runSettlementLoop } from './settlementLoop.ts';
import { start } from './start.ts';
import { createStoreGate } from './storeGate.ts';

/**
 * Connections at most: with the largest body each, they take half of the memory that compose gives.
 * One more is closed at once; slow ones are closed in time to make room.
 */
const MAX_CONNECTIONS = 4_096;
/** Requests on one connection, so that a balancer's long-lived ones are spread again at times. */
const MAX_REQUESTS_PER_CONNECTION = 100_000;
/** How long requests in flight may take to end after SIGTERM, in milliseconds. */
const DRAIN_MS = 15_000;
/** How long it may take to look at all tables, in milliseconds. */
const VERIFY_MS = 10_000;

async function serve(): Promise<void> {
  const config = readConfig();
  const isEmbedded = config.store === 'memory';
  const client = createClient(isEmbedded ? (await startEmbedded()).endpoint : config.store);
  // Says at once that no region is set, and not with every request.
  await client.config.region();
  const prometheus = createPrometheus();
  const logger = createLogger(config.logLevel);
  const observer = measure(prometheus.meter, logger);
  const service = createService(config, { client, logger, observer });
  const gate = createStoreGate(async () => {
    // On AWS the stack makes the tables, with what protects them.
    if (config.store !== 'aws') await createMissingTables(client, config.tablePrefix);
    await service.within(VERIFY_MS, ({ store }) => store.verifyLayout());
  });

  const stopping = new AbortController();
  const app = createApp(
    guarded(service, gate.check),
    config,
    prometheus,
    () => stopping.signal.aborted,
  );
  const server = createHttpServer(app);
  server.maxConnections = MAX_CONNECTIONS;
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_CONNECTION;
  // Ready for the first request when the line below is out; a store that is away is waited for.
  await gate.prepare().catch((error: unknown) => service.logger.warn(NOT_PREPARED, { error }));
  const port = await listen(server, config.port, config.host);
  const storeName = isEmbedded ? 'embedded, in memory: it forgets all bets at exit' : config.store;
  stopOnSignal(server, stopping);
  const url = `http://${hostInUrl(config.host)}:${port}`;
  process.stdout.write(`bet-maker on ${url} (store: ${storeName})\n${warningOf(config)}`);
  await runSettlementLoop(service, gate.prepare, stopping.signal);
}

/** What a service without a token lets happen; nothing with one. */
function warningOf(config: Config): string {
  if (config.operatorToken !== undefined) return '';
  const hosts = ownHosts(config)?.join(', ');
  return `Anybody may settle events: there is no OPERATOR_TOKEN. It answers only for ${hosts}.\n`;
}

/** Loaded only where it is needed. */
const startEmbedded = async () => (await import('./embeddedStore.ts')).startEmbeddedStore();

/** Takes no new connection, lets requests in flight end, then exits. */
function stopOnSignal(server: Server, stopping: AbortController): void {
  const stop = (): void => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    server.close(() => process.exit(0));
    setTimeout(() => server.closeAllConnections(), DRAIN_MS).unref();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
}

await start(serve);
