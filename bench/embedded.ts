import { startService } from '../tests/support/service.ts';
import { figure, type Row, row } from './measure.ts';
import { compare, PASSES, type Sample, sample, summary, warmUp } from './place.ts';

const WARM_UP = 5_000;
const CASES = [
  { connections: 32, target: '>=2.5' },
  { connections: 256, target: '>=4' },
] as const;

/**
 * The rate of placing on the embedded store; next to it, if `other` is the program of another
 * checkout, the rate of that one.
 */
export async function embeddedCases(rounds: number, other?: string): Promise<Row[]> {
  const samples = CASES.map((): Record<'ours' | 'other', Sample[]> => ({ ours: [], other: [] }));
  for (let round = 0; round < rounds; round += 1) {
    const ours = await startService();
    const before = other === undefined ? undefined : await startService({}, other);
    for (const service of [ours, before]) if (service) await warmUp(service.url, WARM_UP);
    for (const [index, { connections }] of CASES.entries()) {
      const shape = { connections, events: 1 };
      for (let pass = 0; pass < PASSES; pass += 1) {
        samples[index]?.ours.push(await sample(ours, shape));
        if (before !== undefined) samples[index]?.other.push(await sample(before, shape));
      }
    }
    await ours.stop('SIGTERM');
    await before?.stop('SIGTERM');
  }
  return CASES.map(({ connections, target }, index) => {
    const taken = samples[index] ?? { ours: [], other: [] };
    const name = `place on the embedded store, connections: ${connections}: rate`;
    if (other === undefined) return figure(name, summary(taken.ours));
    const rate = compare(({ perSecond }) => perSecond, taken.ours, taken.other);
    return row(name, summary(taken.ours), summary(taken.other), rate, target);
  });
}
