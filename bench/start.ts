import { startService } from '../tests/support/service.ts';
import { postBets } from './load.ts';
import { percentile, ratioOf, type Row, row } from './measure.ts';

/** From the start of the process to the first 201, on the embedded store; 3 s are allowed. */
export async function startCase(rounds: number): Promise<Row[]> {
  const seconds: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const begun = performance.now();
    const service = await startService();
    await postBets(service.url, { events: ['first'], count: 1, connections: 1 });
    seconds.push((performance.now() - begun) / 1_000);
    await service.stop('SIGTERM');
  }
  const allowed = seconds.map(() => 3);
  const text = `${percentile(seconds, 0.5).toFixed(2)} s`;
  return [row('start: to the first 201', text, '3 s', ratioOf(seconds, allowed), '<=1')];
}
