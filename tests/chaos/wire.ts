import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { findRuntime, startDynamodbLocal } from '../support/dynamodbLocal.ts';
import { startService } from '../support/service.ts';
import { createBookmaker } from './bookmaker.ts';
import { startFaultyProxy } from './faultyProxy.ts';

/**
 * The service on a wire that delays, resets, swallows, loses and duplicates, in rough and in quiet
 * times; then holds its books against the clients' own.
 *
 *     npm run chaos:wire -- --seconds 40
 */
const { values } = parseArgs({ options: { seconds: { type: 'string', default: '40' } } });
/** A request waits 5 seconds for its turn and is given up 8 later; the rest is for the way. */
const DEADLINE_MS = 15_000;
const TURNS = 4;

const runtime = await findRuntime();
if (runtime === undefined) throw new Error('DynamoDB Local needs Java 17 or Docker.');
const local = await startDynamodbLocal(runtime);
const proxy = await startFaultyProxy(local.endpoint);
const service = await startService({ DYNAMODB_ENDPOINT: proxy.endpoint, LOG_LEVEL: 'SILENT' });
const bookmaker = createBookmaker(service.url, { clients: 32, keyless: 0.3 });
bookmaker.open();
for (let turn = 1; turn <= TURNS; turn += 1) {
  proxy.setRough(true);
  await delay((Number(values.seconds) * 800) / TURNS);
  proxy.setRough(false);
  await delay((Number(values.seconds) * 200) / TURNS);
}
const { latenciesMs: _latencies, unavailableAt: _times, ...report } = await bookmaker.close();
if (report.slowestMs > DEADLINE_MS) report.faults.push(`an answer took ${report.slowestMs} ms`);
await service.stop('SIGTERM');
await proxy.close();
await local.stop();
process.stdout.write(`${JSON.stringify({ wire: proxy.counts, ...report }, null, 2)}\n`);
process.exitCode = report.faults.length === 0 && report.acknowledged > 0 ? 0 : 1;
