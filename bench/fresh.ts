import { randomUUID } from 'node:crypto';
import { startService } from '../tests/support/service.ts';
import { postBets } from './load.ts';
import { ratioOf, type Row, row, spreadOf } from './measure.ts';
import { FLOOR, warmUp } from './place.ts';

/** Of the few, since groups are small then and code that is not compiled yet costs the most. */
const CONNECTIONS = 32;
const STORE_WARM_UP = 10_000;
const SECONDS = 20;
const WINDOW_SECONDS = 5;

/**
 * The rate in the five seconds after a process says its address, against its seconds 15 to 20. The
 * store has been warmed up by the floor's bets, so that only the service is new.
 */
export async function freshCase(endpoint: string, rounds: number): Promise<Row[]> {
  const environment = { DYNAMODB_ENDPOINT: endpoint, TABLE_PREFIX: `bench-${randomUUID()}-` };
  const windows: Record<'first' | 'last', number[]> = { first: [], last: [] };
  for (let round = 0; round < rounds; round += 1) {
    const service = await startService(environment);
    if (round === 0) {
      const floor = await startService(environment, FLOOR);
      await warmUp(floor.url, STORE_WARM_UP);
      await floor.stop('SIGTERM');
    }
    const wanted = { events: [randomUUID()], connections: CONNECTIONS, seconds: SECONDS } as const;
    const { answeredMs } = await postBets(service.url, wanted);
    const rateFrom = (second: number): number => {
      const [from, to] = [second * 1_000, (second + WINDOW_SECONDS) * 1_000];
      return answeredMs.filter((at) => at >= from && at < to).length / WINDOW_SECONDS;
    };
    windows.first.push(rateFrom(0));
    windows.last.push(rateFrom(SECONDS - WINDOW_SECONDS));
    await service.stop('SIGTERM');
  }
  const text = (rates: readonly number[]): string => `${spreadOf(rates).median.toFixed(0)}/s`;
  const { first, last } = windows;
  const name = `place, connections: ${CONNECTIONS}: rate in the first five seconds of a process`;
  return [row(name, text(first), text(last), ratioOf(first, last), '>=0.5')];
}
