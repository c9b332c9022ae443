import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createBookmaker } from '../tests/chaos/bookmaker.ts';
import { findRuntime, startDynamodbLocal } from '../tests/support/dynamodbLocal.ts';
import { startProxy } from '../tests/support/proxy.ts';
import { type Service, startService } from '../tests/support/service.ts';
import { residentMegabytes } from './load.ts';
import { machine, percentile } from './measure.ts';

/**
 * Bets, listings, results and corrections for a long time, on a DynamoDB Local with its data on disk that
 * cannot be reached for a while in the middle. At its end the service's books must equal the clients' own, no
 * answer may be an error but 409, 503 only around the outage, and resident memory must not have grown.
 *
 *     npm run soak -- --minutes 30 --outage-seconds 20
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    'outage-seconds': { type: 'string', default: '20' },
  },
});
const totalMs = Number(values.minutes) * 60_000;
const outageMs = Number(values['outage-seconds']) * 1_000;
/** Each of the bookmaker's eight clients rests for this long between two bets. */
const CLIENT_PAUSE_MS = 40;
const READER_PAUSE_MS = 250;
const SAMPLE_MS = 5_000;
/** The service may answer 503 for this long after the store is back: open requests have their deadlines. */
const RECOVERY_MS = 15_000;
/** Growth of the resident memory that is allowed, as a share. Less than ten minutes show none. */
const MAX_DRIFT = 0.05;
const MIN_MINUTES_FOR_DRIFT = 10;
const READS = ['/bets?limit=100', '/events?limit=20', '/bets?limit=100&status=won'];

const begun = performance.now();
const elapsed = (): number => performance.now() - begun;
const outage = { from: totalMs / 2, to: totalMs / 2 + outageMs };
const isAroundOutage = (at: number): boolean => at >= outage.from && at <= outage.to + RECOVERY_MS;

interface Read {
  at: number;
  status: number;
  tookMs: number;
}

/** Reads in turn what people look at, until the time is over. */
async function readAgainAndAgain(service: Service): Promise<Read[]> {
  const reads: Read[] = [];
  while (elapsed() < totalMs) {
    const at = elapsed();
    const { status } = await service.get(READS[reads.length % READS.length] ?? '');
    reads.push({ at, status, tookMs: elapsed() - at });
    await delay(READER_PAUSE_MS);
  }
  return reads;
}

async function sampleMemory(pid: number): Promise<number[]> {
  const samples: number[] = [];
  while (elapsed() < totalMs) {
    samples.push(residentMegabytes(pid));
    await delay(SAMPLE_MS);
  }
  return samples;
}

/** The median of the last third against that of the second: the first warms up. */
function driftOf(samples: readonly number[]): number {
  const third = Math.floor(samples.length / 3);
  const median = (part: readonly number[]): number => percentile(part, 0.5);
  return median(samples.slice(2 * third)) / median(samples.slice(third, 2 * third)) - 1;
}

const runtime = await findRuntime();
if (runtime === undefined) throw new Error('DynamoDB Local needs Java 17 or Docker.');
const data = await mkdtemp(join(tmpdir(), 'soak-'));
const local = await startDynamodbLocal(runtime, data);
const proxy = await startProxy(local.endpoint);
const service = await startService({ DYNAMODB_ENDPOINT: proxy.endpoint, LOG_LEVEL: 'SILENT' });
const bookmaker = createBookmaker(service.url, CLIENT_PAUSE_MS);
bookmaker.open();
const [reads, samples] = await Promise.all([
  readAgainAndAgain(service),
  sampleMemory(service.pid),
  delay(outage.from).then(() => proxy.cut()),
  delay(outage.to).then(() => proxy.restore()),
]);
const { latenciesMs, unavailableAt, ...report } = await bookmaker.close();
await service.stop('SIGTERM');
await proxy.close();
await local.stop();
await rm(data, { recursive: true });

const unavailable = [
  ...reads.filter(({ status }) => status !== 200).map(({ at }) => at),
  ...unavailableAt.map((at) => at - begun),
];
const late = unavailable.filter((at) => !isAroundOutage(at));
const drift = driftOf(samples);
const judged = Number(values.minutes) >= MIN_MINUTES_FOR_DRIFT;
const faults = [
  ...report.faults,
  ...late.map((at) => `the store was there and 503 was answered, at ${(at / 1_000).toFixed(0)} s`),
  ...(judged && drift > MAX_DRIFT ? [`memory grew by ${(drift * 100).toFixed(1)} %`] : []),
];
const all = [...latenciesMs, ...reads.map(({ tookMs }) => tookMs)];
const result = {
  machine: machine(),
  minutes: Number(values.minutes),
  outageSeconds: outageMs / 1_000,
  ...report,
  reads: reads.length,
  answered503: unavailable.length,
  p50Ms: percentile(all, 0.5).toFixed(1),
  p99Ms: percentile(all, 0.99).toFixed(1),
  residentMegabytes: samples.map((sample) => Math.round(sample)),
  drift: `${(drift * 100).toFixed(1)} %${judged ? '' : ', not judged: so short a run shows none'}`,
  faults,
};
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
process.exitCode = faults.length === 0 && report.acknowledged > 0 ? 0 : 1;
