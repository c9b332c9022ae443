import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { findRuntime, freePort, startDynamodbLocal } from '../support/dynamodbLocal.ts';
import { startService } from '../support/service.ts';
import { createBookmaker } from './bookmaker.ts';

/**
 * Kills the service with SIGKILL at random moments under load, again and again, on a DynamoDB Local
 * with its data on disk; then holds its books against the clients' own.
 *
 *     npm run chaos:crashes -- --crashes 100
 */
const { values } = parseArgs({ options: { crashes: { type: 'string', default: '100' } } });
const crashes = Number(values.crashes);
/** The service runs for up to this long between two crashes, in milliseconds. */
const LONGEST_LIFE_MS = 1_000;

const runtime = await findRuntime();
if (runtime === undefined) throw new Error('DynamoDB Local needs Java 17 or Docker.');
const data = await mkdtemp(join(tmpdir(), 'crashes-'));
const local = await startDynamodbLocal(runtime, data);
const port = await freePort();
const environment = { DYNAMODB_ENDPOINT: local.endpoint, PORT: String(port), LOG_LEVEL: 'SILENT' };
const bookmaker = createBookmaker(`http://127.0.0.1:${port}`);

let service = await startService(environment);
bookmaker.open();
for (let crash = 1; crash <= crashes; crash += 1) {
  await delay(Math.random() * LONGEST_LIFE_MS);
  await service.stop('SIGKILL');
  service = await startService(environment);
}
const { latenciesMs: _latencies, unavailableAt: _times, ...report } = await bookmaker.close();
await service.stop('SIGTERM');
await local.stop();
await rm(data, { recursive: true });
process.stdout.write(`${JSON.stringify({ crashes, ...report }, null, 2)}\n`);
process.exitCode = report.faults.length === 0 && report.acknowledged > 0 ? 0 : 1;
