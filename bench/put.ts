import { randomUUID } from 'node:crypto';
import { startService } from '../tests/support/service.ts';
import { openSocket, postBets, requestText, type Socket } from './load.ts';
import { figure, percentile, ratioOf, type Row, row } from './measure.ts';

/** Placed one after the other, so that they never meet and the event keeps its one fence. */
const BETS = 5;
const WARM_UP = 100;
/** Events a round that get their first result. */
const EVENTS = 50;

/**
 * How long a PUT takes to answer that gives an event with one fence its first result; next to it,
 * if `other` is the program of another checkout, how long it takes there, on tables of its own.
 */
export async function putCase(endpoint: string, rounds: number, other?: string): Promise<Row[]> {
  const medians: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    const programs = other === undefined ? [undefined] : [undefined, other];
    const started = await Promise.all(programs.map((program) => open(endpoint, program)));
    const milliseconds = started.map((): number[] => []);
    for (let event = 0; event < WARM_UP + EVENTS; event += 1) {
      for (const [which, { url, socket }] of started.entries()) {
        const took = await decide(url, socket);
        if (event >= WARM_UP) milliseconds[which]?.push(took);
      }
    }
    for (const [which, taken] of milliseconds.entries()) {
      medians[which]?.push(percentile(taken, 0.5));
    }
    for (const { socket, stop } of started) {
      socket.close();
      await stop('SIGTERM');
    }
  }
  const name = 'put: until the first result of an event with one fence is answered';
  const [ours, others] = medians;
  const text = (taken: readonly number[]): string => `p50 ${percentile(taken, 0.5).toFixed(1)} ms`;
  if (other === undefined) return [figure(name, text(ours))];
  return [row(name, text(ours), text(others), ratioOf(ours, others), '<=0.5')];
}

async function open(endpoint: string, program?: string) {
  const environment = { DYNAMODB_ENDPOINT: endpoint, TABLE_PREFIX: `bench-${randomUUID()}-` };
  const service = await startService(environment, program);
  return { ...service, socket: await openSocket(service.url) };
}

/** Places the bets of a new event, and then decides it: how long that takes, in milliseconds. */
async function decide(url: string, socket: Socket): Promise<number> {
  const event = randomUUID();
  await postBets(url, { events: [event], connections: 1, count: BETS });
  const text = requestText('PUT', `${url}/events/${event}`, { status: 'WIN' });
  const begun = performance.now();
  const status = await socket.ask(text);
  const took = performance.now() - begun;
  // The result is in force with 202 too: statuses that took too long were left to the loop.
  if (status !== 200 && status !== 202) throw new Error(`A result was answered ${status}`);
  return took;
}
