import { setTimeout as delay } from 'node:timers/promises';
import { findRuntime, startDynamodbLocal } from '../tests/support/dynamodbLocal.ts';
import { type Service, startService } from '../tests/support/service.ts';
import { times } from '../tests/contract/parts.ts';

/**
 * Does the time to acknowledge a result depend on the number of bets? Settles events with 1 and
 * with many bets in turn, on one service and one DynamoDB Local, and reads the list at once.
 *
 *     npm run bench:acknowledge -- [bets] [rounds]
 */
const [bets = 50_000, rounds = 3] = process.argv.slice(2).map(Number);
const CONNECTIONS = 32;

interface Round {
  acknowledgedMs: number;
  storedMs: number;
  wrong: number;
}

async function settle(service: Service, event: string, count: number): Promise<Round> {
  await times(count, CONNECTIONS, async () => {
    const { status } = await service.post('/bets', { event_id: event, amount: '1.00' });
    if (status !== 201) throw new Error(`A bet was answered ${status}`);
  });
  const begun = performance.now();
  await service.put(`/events/${event}`, { status: 'WIN' });
  const acknowledgedMs = performance.now() - begun;
  const wrong = await countNotWon(service, event);
  while (((await service.get(`/events/${event}`)).body as { state: string }).state !== 'settled') {
    await delay(50);
  }
  return { acknowledgedMs, storedMs: performance.now() - begun, wrong };
}

async function countNotWon(service: Service, event: string): Promise<number> {
  let path: string | undefined = `/bets?event_id=${event}`;
  let wrong = 0;
  while (path !== undefined) {
    const page = await service.get(path);
    wrong += (page.body as { status: string }[]).filter((bet) => bet.status !== 'won').length;
    path = /^<([^>]+)>/.exec(page.headers.get('link') ?? '')?.[1];
  }
  return wrong;
}

const runtime = await findRuntime();
if (runtime === undefined) throw new Error('DynamoDB Local needs Java 17 or Docker.');
const local = await startDynamodbLocal(runtime);
const service = await startService({ DYNAMODB_ENDPOINT: local.endpoint });
await settle(service, 'warm-up', 100);
const rows: Record<string, string | number>[] = [];
for (let round = 1; round <= rounds; round += 1) {
  for (const count of [1, bets]) {
    const { acknowledgedMs, storedMs, wrong } = await settle(
      service,
      `event-${round}-${count}`,
      count,
    );
    rows.push({
      round,
      bets: count,
      'acknowledged (ms)': acknowledgedMs.toFixed(1),
      'all stored (ms)': storedMs.toFixed(0),
      'read without the result': wrong,
    });
  }
}
process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
await service.stop('SIGTERM');
await local.stop();
