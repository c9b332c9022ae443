import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { startService } from '../tests/support/service.ts';
import { cpuSeconds, postBets } from './load.ts';
import { percentile, ratioOf, type Row, row } from './measure.ts';

const FLOOR = join(import.meta.dirname, 'floorServer.ts');

/** Requests before the first round: V8 goes on compiling for about as many. */
const WARM_UP = 12_000;

/** The shim against a server that does the same one transaction and nothing else. */
export async function placeCases(endpoint: string, rounds: number): Promise<Row[]> {
  const environment = { DYNAMODB_ENDPOINT: endpoint, TABLE_PREFIX: `bench-${randomUUID()}-` };
  const ours = await startService(environment);
  const floor = await startService(environment, FLOOR);
  for (const server of [ours, floor]) await postBets(server.url, randomUUID(), WARM_UP, 32);
  const rows: Row[] = [];
  for (const [connections, count] of [
    [1, 300],
    [32, 3_000],
    [256, 3_000],
  ] as const) {
    const rates: [number[], number[]] = [[], []];
    const cpu: [number[], number[]] = [[], []];
    const latencies: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      for (const [which, server] of [ours, floor].entries()) {
        const before = cpuSeconds(server.pid);
        const load = await postBets(server.url, randomUUID(), count, connections);
        rates[which]?.push(load.perSecond);
        cpu[which]?.push(((cpuSeconds(server.pid) - before) / count) * 1_000);
        latencies[which]?.push(...load.latenciesMs);
      }
    }
    const of = (which: 0 | 1): string =>
      `${percentile(rates[which], 0.5).toFixed(0)}/s, p50 ${percentile(latencies[which], 0.5).toFixed(1)} ms, ` +
      `p99 ${percentile(latencies[which], 0.99).toFixed(1)} ms, CPU ${percentile(cpu[which], 0.5).toFixed(2)} ms`;
    rows.push(
      row(`place, ${connections} connections: rate`, of(0), of(1), ratioOf(...rates), '>=0.85'),
    );
    rows.push(row(`place, ${connections} connections: CPU`, '', '', ratioOf(...cpu), '<=1.25'));
  }
  await ours.stop('SIGTERM');
  await floor.stop('SIGTERM');
  return rows;
}
