import { randomUUID } from 'node:crypto';
import { betListBody } from '../lib/http/bodies.ts';
import { type Service, startService } from '../tests/support/service.ts';
import { openBookAt, seed } from './book.ts';
import { percentile, ratioOf, type Row, row } from './measure.ts';

const SMALL = 100;
/**
 * Read right after the result. Walking over a million bets would take longer than settling them.
 */
const SAMPLE = 100;

/**
 * From sending a PUT until a reader who asked after its answer has seen the result on the newest
 * bets of the event; a bet that is still pending then ends the bench. Each event has a service of
 * its own, which is ended afterwards, so that no sweep of one round slows the next.
 */
export async function visibleCase(
  endpoint: string,
  rounds: number,
  sizes: readonly number[],
): Promise<Row[]> {
  const measured = new Map<number, number[]>();
  for (let round = 0; round <= rounds; round += 1) {
    for (const bets of [SMALL, ...sizes]) {
      const milliseconds = await timeToSee(endpoint, bets);
      // The first round warms the store up.
      if (round > 0) measured.set(bets, [...(measured.get(bets) ?? []), milliseconds]);
    }
  }
  const of = (bets: number): number[] => measured.get(bets) ?? [];
  const text = (bets: number): string => `${percentile(of(bets), 0.5).toFixed(1)} ms`;
  return sizes.map((bets) =>
    row(
      `visible: a result on ${bets} bets against ${SMALL}`,
      text(bets),
      text(SMALL),
      ratioOf(of(bets), of(SMALL)),
      '<=1.5',
    ),
  );
}

async function timeToSee(endpoint: string, bets: number): Promise<number> {
  const book = await openBookAt(endpoint);
  await seed(book, 'match', bets);
  const service = await startService({ DYNAMODB_ENDPOINT: endpoint, TABLE_PREFIX: book.prefix });
  // Connections and code are warm, as they are on an evening.
  await service.put(`/events/${randomUUID()}`, { status: 'WIN' });
  await newest(service);
  const begun = performance.now();
  const { status } = await service.put('/events/match', { status: 'WIN' });
  const seen = await newest(service);
  const milliseconds = performance.now() - begun;
  await service.stop('SIGKILL');
  if (status >= 300 || seen.length !== SAMPLE || seen.some((bet) => bet.status !== 'won')) {
    throw new Error(`A result on ${bets} bets was answered ${status} and is not seen.`);
  }
  return milliseconds;
}

async function newest(service: Service) {
  const { body } = await service.get(`/bets?event_id=match&limit=${SAMPLE}`);
  return betListBody.parse(body);
}
