import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { findRuntime, freePort, startDynamodbLocal } from '../support/dynamodbLocal.ts';
import { startService } from '../support/service.ts';
import { createBookmaker } from './bookmaker.ts';
import { startFaultyProxy } from './faultyProxy.ts';

/**
 * Kills the service with SIGKILL at random moments under load, again and again, on a DynamoDB Local
 * with its data on disk; then holds its books against the clients' own. There are so many clients
 * that bets go in groups, and a proxy sees which groups are with the store when the service dies.
 *
 *     npm run chaos:crashes -- --crashes 100
 */
const { values } = parseArgs({ options: { crashes: { type: 'string', default: '100' } } });
const crashes = Number(values.crashes);
/** The service lives for up to this long after its first bet, in milliseconds. */
const LONGEST_LIFE_MS = 1_000;
const CROWD = { clients: 64, keyless: 0.5 };

const runtime = await findRuntime();
if (runtime === undefined) throw new Error('DynamoDB Local needs Java 17 or Docker.');
const data = await mkdtemp(join(tmpdir(), 'crashes-'));
const local = await startDynamodbLocal(runtime, data);
const port = await freePort();
// It does no harm here.
const proxy = await startFaultyProxy(local.endpoint);
const environment = { DYNAMODB_ENDPOINT: proxy.endpoint, PORT: String(port), LOG_LEVEL: 'SILENT' };
const bookmaker = createBookmaker(`http://127.0.0.1:${port}`, CROWD);
/** Crashes that groups were under way at, and how many bets were in them. */
const groups = { crashes: 0, bets: 0 };

let service = await startService(environment);
bookmaker.open();
for (let crash = 1; crash <= crashes; crash += 1) {
  await bookmaker.untilPlaced();
  await delay(Math.random() * LONGEST_LIFE_MS);
  const bets = proxy.groupsUnderWay();
  groups.crashes += bets.length > 0 ? 1 : 0;
  groups.bets += bets.reduce((sum, each) => sum + each, 0);
  await service.stop('SIGKILL');
  service = await startService(environment);
}
const { latenciesMs: _latencies, unavailableAt: _times, ...report } = await bookmaker.close();
await service.stop('SIGTERM');
await proxy.close();
await local.stop();
await rm(data, { recursive: true });
process.stdout.write(`${JSON.stringify({ crashes, groups, ...report }, null, 2)}\n`);
process.exitCode = report.faults.length === 0 && groups.crashes > 0 ? 0 : 1;
