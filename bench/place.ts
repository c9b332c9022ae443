import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Service, startService } from '../tests/support/service.ts';
import { sendFullGroups } from './fullGroups.ts';
import { cpuSeconds, type Load, postBets } from './load.ts';
import { figure, percentile, ratioOf, type Row, row, type Spread, spreadOf } from './measure.ts';

export const FLOOR = join(import.meta.dirname, 'floorServer.ts');

/** Requests before a server is measured: V8 goes on compiling for about as many. */
const WARM_UP = 10_000;
const KEYED_WARM_UP = 2_000;
/**
 * V8 takes some 16,000 calls of the SDK to make them as fast as they get: from 500 to 260 µs each.
 * The floor makes one for each bet and has made them by then. The service makes one for a group.
 */
const LONE_WARM_UP = 16_000;
/** What is compared takes short turns, so that whatever else the machine does meets both sides. */
export const PASSES = 3;
const SECONDS = 2;

interface Shape {
  connections: number;
  events: number;
  keyed?: boolean;
}

const SHAPES = {
  at32: { connections: 32, events: 1 },
  at256: { connections: 256, events: 1 },
  keyed: { connections: 256, events: 1, keyed: true },
  twenty: { connections: 256, events: 20 },
  at1: { connections: 1, events: 1 },
} satisfies Record<string, Shape>;

const LONE = ['ours at1', 'floor at1'] as const;
/** What is compared stands side by side. */
const BLOCKS = [
  ['ours at32', 'floor at32'],
  ['floor at256', 'ours at256', 'ours keyed', 'ours twenty'],
  LONE,
] as const;
type Turn = (typeof BLOCKS)[number][number];

export interface Sample extends Load {
  /** CPU time of the server's process, in milliseconds a request. */
  cpuMs: number;
}

/**
 * The service against a server that does one transaction a bet and nothing else; with keys too,
 * though the floor has none. Every round starts both anew: what V8 makes of the same program
 * differs by a tenth from start to start.
 */
export async function placeCases(endpoint: string, rounds: number): Promise<Row[]> {
  const prefix = `bench-${randomUUID()}-`;
  const environment = { DYNAMODB_ENDPOINT: endpoint, TABLE_PREFIX: prefix };
  const storeAlone: number[] = [];
  const samples = new Map<Turn, Sample[]>();
  let forwards = false;
  for (let round = 0; round < rounds; round += 1) {
    const ours = await startService(environment);
    const floor = await startService(environment, FLOOR);
    for (const { url } of [ours, floor]) await warmUp(url, WARM_UP);
    await warmUp(ours.url, KEYED_WARM_UP, { keyed: true });
    for (const block of BLOCKS) {
      if (block === LONE) await warmUp(ours.url, LONE_WARM_UP, { connections: 1 });
      for (let pass = 0; pass < PASSES; pass += 1) {
        forwards = !forwards;
        for (const turn of forwards ? block : block.toReversed()) {
          const taken = await sample(turn.startsWith('ours') ? ours : floor, shapeOf(turn));
          samples.set(turn, [...(samples.get(turn) ?? []), taken]);
          if (turn === 'ours keyed') {
            storeAlone.push(await sendFullGroups(endpoint, prefix, SECONDS));
          }
        }
      }
    }
    await ours.stop('SIGTERM');
    await floor.stop('SIGTERM');
  }
  return rowsOf((turn) => samples.get(turn) ?? [], storeAlone);
}

export async function warmUp(
  url: string,
  count: number,
  given: { connections?: number; keyed?: boolean } = {},
): Promise<void> {
  await postBets(url, { events: [randomUUID()], connections: 32, count, ...given });
}

function shapeOf(turn: Turn): Shape {
  const [, name] = turn.split(' ');
  return SHAPES[name as keyof typeof SHAPES]; // That is how turns are named.
}

/** A server under load for a few seconds, on new events. */
export async function sample({ url, pid }: Service, shape: Shape): Promise<Sample> {
  const { connections, keyed } = shape;
  const more = Array.from({ length: shape.events - 1 }, () => randomUUID());
  const before = cpuSeconds(pid);
  const events = [randomUUID(), ...more] as const;
  const load = await postBets(url, { events, connections, keyed, seconds: SECONDS });
  return { ...load, cpuMs: ((cpuSeconds(pid) - before) / load.latenciesMs.length) * 1_000 };
}

const rate = ({ perSecond }: Sample): number => perSecond;
const cpu = ({ cpuMs }: Sample): number => cpuMs;
const p99 = ({ latenciesMs }: Sample): number => percentile(latenciesMs, 0.99);

export function compare(
  figureOf: (one: Sample) => number,
  ours: readonly Sample[],
  others: readonly Sample[],
): Spread {
  return ratioOf(ours.map(figureOf), others.map(figureOf));
}

function rowsOf(taken: (turn: Turn) => readonly Sample[], storeAlone: readonly number[]): Row[] {
  const against = (
    name: 'at1' | 'at32' | 'at256',
    targets: Record<'rate' | 'cpu' | 'p99', string>,
  ) => {
    const ours = taken(`ours ${name}`);
    const floor = taken(`floor ${name}`);
    const title = `place, connections: ${SHAPES[name].connections}`;
    return [
      row(
        `${title}: rate`,
        summary(ours),
        summary(floor),
        compare(rate, ours, floor),
        targets.rate,
      ),
      row(`${title}: CPU`, '', '', compare(cpu, ours, floor), targets.cpu),
      row(`${title}: p99`, '', '', compare(p99, ours, floor), targets.p99),
    ];
  };
  const [floor, one] = [taken('floor at256'), taken('ours at256')];
  const [keyed, twenty] = [taken('ours keyed'), taken('ours twenty')];
  const own = spreadOf([...one, ...twenty].map(({ ownCpuMs }) => ownCpuMs)).median;
  return [
    ...against('at32', { rate: '>=1.7', cpu: '<=0.35', p99: '' }),
    ...against('at256', { rate: '>=2.2', cpu: '<=0.25', p99: '<=0.5' }),
    ...against('at1', { rate: '>=0.95', cpu: '<=1.15', p99: '' }),
    row(
      'place with keys, connections: 256: rate',
      summary(keyed),
      summary(floor),
      compare(rate, keyed, floor),
      '>=1.7',
    ),
    row(
      'place with keys, connections: 256: rate against the store alone',
      summary(keyed),
      `${spreadOf(storeAlone).median.toFixed(0)}/s`,
      ratioOf(keyed.map(rate), storeAlone),
      '>=0.9',
    ),
    row(
      'place on one event against twenty, connections: 256: rate',
      summary(one),
      summary(twenty),
      compare(rate, one, twenty),
      '>=0.8',
    ),
    figure('place: what the bench itself needs for a bet', `CPU ${own.toFixed(3)} ms`),
  ];
}

export function summary(samples: readonly Sample[]): string {
  const latencies = samples.flatMap(({ latenciesMs }) => latenciesMs);
  const [perSecond, cpuMs] = [rate, cpu].map((of) => spreadOf(samples.map(of)).median);
  const [half, most] = [0.5, 0.99].map((share) => percentile(latencies, share).toFixed(1));
  return `${perSecond?.toFixed(0)}/s, p50 ${half} ms, p99 ${most} ms, CPU ${cpuMs?.toFixed(2)} ms`;
}
