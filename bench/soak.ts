import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createBookmaker } from '../tests/chaos/bookmaker.ts';
import { startDynamodbLocal } from '../tests/support/dynamodbLocal.ts';
import { startProxy } from '../tests/support/proxy.ts';
import { type Service, startService } from '../tests/support/service.ts';
import { residentMegabytes } from './load.ts';
import { machine, percentile } from './measure.ts';

/** Each of the bookmaker's eight clients rests for this long between two bets. */
const CLIENT_PAUSE_MS = 40;
const READER_PAUSE_MS = 250;
const SAMPLE_MS = 5_000;
/**
 * The service may answer 503 for this long after the store is back: open requests have their
 * deadlines.
 */
const RECOVERY_MS = 15_000;
/** Growth of the resident memory that is allowed, as a share. Less than ten minutes show none. */
const MAX_DRIFT = 0.05;
const MIN_MINUTES_FOR_DRIFT = 10;
const READS = ['/bets?limit=100', '/events?limit=20', '/bets?limit=100&status=won'];

interface Read {
  at: number;
  status: number;
  tookMs: number;
}

/** Reads in turn what people look at, until the time is over. */
async function readAgainAndAgain(service: Service, until: number): Promise<Read[]> {
  const reads: Read[] = [];
  while (performance.now() < until) {
    const begun = performance.now();
    const { status } = await service.get(READS[reads.length % READS.length] ?? '');
    const at = performance.now();
    reads.push({ at, status, tookMs: at - begun });
    await delay(READER_PAUSE_MS);
  }
  return reads;
}

async function sampleMemory(pid: number, until: number): Promise<number[]> {
  const samples: number[] = [];
  while (performance.now() < until) {
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

/**
 * Bets, listings, results and corrections for a long time, on a DynamoDB Local with its data on
 * disk that cannot be reached for a while in the middle. At its end the service's books must equal
 * the clients' own, no answer may be an error but 409, 503 only around the outage, and resident
 * memory must not have grown. Prints what it saw; whether all of that held.
 */
export async function soak(
  runtime: Parameters<typeof startDynamodbLocal>[0],
  { minutes, outageSeconds }: { minutes: number; outageSeconds: number },
): Promise<boolean> {
  const data = await mkdtemp(join(tmpdir(), 'soak-'));
  const local = await startDynamodbLocal(runtime, data);
  const proxy = await startProxy(local.endpoint);
  const service = await startService({ DYNAMODB_ENDPOINT: proxy.endpoint, LOG_LEVEL: 'SILENT' });
  const bookmaker = createBookmaker(service.url, { pauseMs: CLIENT_PAUSE_MS });
  const begun = performance.now();
  const totalMs = minutes * 60_000;
  const outage = { from: Infinity, to: totalMs / 2 + outageSeconds * 1_000 };
  const cutOff = (): void => {
    outage.from = performance.now() - begun;
    proxy.cut();
  };
  bookmaker.open();
  const [reads, samples] = await Promise.all([
    readAgainAndAgain(service, begun + totalMs),
    sampleMemory(service.pid, begun + totalMs),
    delay(totalMs / 2).then(cutOff),
    delay(outage.to).then(() => proxy.restore()),
  ]);
  const { latenciesMs, unavailableAt, ...report } = await bookmaker.close();
  await service.stop('SIGTERM');
  await proxy.close();
  await local.stop();
  await rm(data, { recursive: true });

  const refused = reads.filter(({ status }) => status !== 200).map(({ at }) => at);
  const unavailable = [...refused, ...unavailableAt].map((at) => at - begun);
  const late = unavailable.filter((at) => at < outage.from || at > outage.to + RECOVERY_MS);
  const drift = driftOf(samples);
  const judged = minutes >= MIN_MINUTES_FOR_DRIFT;
  const inSeconds = (milliseconds: number): string => (milliseconds / 1_000).toFixed(0);
  const faults = [
    ...report.faults,
    ...late.map((at) => `503 was answered while the store was there, at ${inSeconds(at)} s`),
    ...(judged && drift > MAX_DRIFT ? [`memory grew by ${(drift * 100).toFixed(1)} %`] : []),
  ];
  const all = [...latenciesMs, ...reads.map(({ tookMs }) => tookMs)];
  const told = {
    machine: machine(),
    minutes,
    outageSeconds,
    ...report,
    reads: reads.length,
    answered503: unavailable.length,
    p50Ms: percentile(all, 0.5).toFixed(1),
    p99Ms: percentile(all, 0.99).toFixed(1),
    residentMegabytes: samples.map((sample) => Math.round(sample)),
    drift: `${(drift * 100).toFixed(1)} %${judged ? '' : ', not judged: a short run shows none'}`,
    faults,
  };
  process.stdout.write(`${JSON.stringify(told, null, 2)}\n`);
  return faults.length === 0 && report.acknowledged > 0;
}
