import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Service, startService } from '../tests/support/service.ts';
import { cpuSeconds, postBets } from './load.ts';
import { percentile, ratioOf, type Row, row, spreadOf } from './measure.ts';

const FLOOR = join(import.meta.dirname, 'floorServer.ts');

/** Requests before a server is measured: V8 goes on compiling for about as many. */
const WARM_UP = 10_000;

/** One connection comes last: its few requests would be measured while V8 still compiles. */
const CASES = [
  { connections: 32, count: 3_000 },
  { connections: 256, count: 3_000 },
  { connections: 1, count: 1_000 },
];

interface Sample {
  perSecond: number;
  /** CPU time of the server's process, in milliseconds a request. */
  cpuMs: number;
  latenciesMs: number[];
}

/**
 * The shim against a server that does the same one transaction and nothing else. Every round starts
 * both anew: what V8 makes of the same program differs by a tenth from start to start.
 */
export async function placeCases(endpoint: string, rounds: number): Promise<Row[]> {
  const environment = { DYNAMODB_ENDPOINT: endpoint, TABLE_PREFIX: `bench-${randomUUID()}-` };
  const samples = CASES.map((): Record<'ours' | 'floor', Sample[]> => ({ ours: [], floor: [] }));
  for (let round = 0; round < rounds; round += 1) {
    const ours = await startService(environment);
    const floor = await startService(environment, FLOOR);
    for (const server of [ours, floor]) await postBets(server.url, randomUUID(), WARM_UP, 32);
    for (const [index, { connections, count }] of CASES.entries()) {
      const turns = [
        { server: ours, into: samples[index]?.ours },
        { server: floor, into: samples[index]?.floor },
      ];
      for (const { server, into } of round % 2 === 0 ? turns : turns.toReversed()) {
        into?.push(await sample(server, count, connections));
      }
    }
    await ours.stop('SIGTERM');
    await floor.stop('SIGTERM');
  }
  return CASES.flatMap(({ connections }, index) => {
    const { ours = [], floor = [] } = samples[index] ?? {};
    const ratio = (figure: (one: Sample) => number) => ratioOf(ours.map(figure), floor.map(figure));
    const name = `place, ${connections} connections`;
    const rate = ratio(({ perSecond }) => perSecond);
    const cpu = ratio(({ cpuMs }) => cpuMs);
    return [
      row(`${name}: rate`, summary(ours), summary(floor), rate, '>=0.85'),
      row(`${name}: CPU`, '', '', cpu, '<=1.25'),
    ];
  });
}

async function sample(server: Service, count: number, connections: number): Promise<Sample> {
  const before = cpuSeconds(server.pid);
  const load = await postBets(server.url, randomUUID(), count, connections);
  return { ...load, cpuMs: ((cpuSeconds(server.pid) - before) / count) * 1_000 };
}

function summary(samples: readonly Sample[]): string {
  const latencies = samples.flatMap(({ latenciesMs }) => latenciesMs);
  const rate = spreadOf(samples.map(({ perSecond }) => perSecond)).median.toFixed(0);
  const cpu = spreadOf(samples.map(({ cpuMs }) => cpuMs)).median.toFixed(2);
  const [p50, p99] = [0.5, 0.99].map((share) => percentile(latencies, share).toFixed(1));
  return `${rate}/s, p50 ${p50} ms, p99 ${p99} ms, CPU ${cpu} ms`;
}
