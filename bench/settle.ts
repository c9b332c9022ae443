import { randomUUID } from 'node:crypto';
import {
  BatchExecuteStatementCommand,
  type DynamoDBDocumentClient,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { shardOf } from '../lib/bets/ids.ts';
import { resumeSettlements } from '../lib/bets/resumeSettlements.ts';
import { settleEvent } from '../lib/bets/settleEvent.ts';
import { times } from '../tests/contract/parts.ts';
import { never, openBook, seed } from './book.ts';
import { percentile, ratioOf, type Row, row } from './measure.ts';
import { plainClient } from './plainClient.ts';

interface Timed {
  perSecond: number;
  cpuMicros: number;
}

async function timed(count: number, work: () => Promise<unknown>): Promise<Timed> {
  const begun = performance.now();
  const cpu = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return {
    perSecond: (count / (performance.now() - begun)) * 1_000,
    cpuMicros: (user + system) / count,
  };
}

/** Our sweep against bare batches on known keys, and against a loop of single updates. */
export async function settleCases(endpoint: string, rounds: number, bets: number): Promise<Row[]> {
  const book = await openBook(endpoint);
  const others: Others = { client: plainClient(endpoint), prefix: book.prefix };
  const results: Record<'ours' | 'floor' | 'loop', Timed[]> = { ours: [], floor: [], loop: [] };
  for (let round = 0; round <= rounds; round += 1) {
    const event = randomUUID();
    await seed(book, event, bets);
    await settleEvent(book.deps, { eventId: event, outcome: 'WIN', sweepBudgetMs: 0 }, never);
    const batched = await seed(book, randomUUID(), bets);
    const looped = await seed(book, randomUUID(), bets);
    const ours = await timed(bets, () => resumeSettlements(book.deps, never));
    const floor = await timed(bets, () => bareBatches(others, batched));
    const loop = await timed(bets, () => updateLoop(others, looped));
    if (round === 0) continue;
    results.ours.push(ours);
    results.floor.push(floor);
    results.loop.push(loop);
  }
  const rates = (which: keyof typeof results): number[] =>
    results[which].map((one) => one.perSecond);
  const cpu = (which: keyof typeof results): number[] => results[which].map((one) => one.cpuMicros);
  const text = (which: keyof typeof results): string =>
    `${percentile(rates(which), 0.5).toFixed(0)}/s, CPU ${percentile(cpu(which), 0.5).toFixed(0)} µs`;
  return [
    row(
      'settle: rate against bare batches',
      text('ours'),
      text('floor'),
      ratioOf(rates('ours'), rates('floor')),
      '>=0.9',
    ),
    row(
      'settle: CPU against single updates',
      text('ours'),
      text('loop'),
      ratioOf(cpu('ours'), cpu('loop')),
      '<=0.1',
    ),
  ];
}

interface Others {
  client: DynamoDBDocumentClient;
  prefix: string;
}

const IN_FLIGHT = { batches: 8, updates: 32 };

async function bareBatches({ client, prefix }: Others, ids: readonly string[]): Promise<void> {
  const Statement =
    `UPDATE "${prefix}bets" SET "status"=? SET "outcomeVersion"=? SET "settledAt"=? ` +
    'WHERE "shard"=? AND "betId"=? AND "outcomeVersion"<?';
  await times(Math.ceil(ids.length / 25), IN_FLIGHT.batches, async (batch) => {
    const some = ids.slice(batch * 25, (batch + 1) * 25);
    const Statements = some.map((id) => ({
      Statement,
      Parameters: ['won', 1, 'now', shardOf(id), id, 1],
    }));
    await client.send(new BatchExecuteStatementCommand({ Statements }));
  });
}

async function updateLoop({ client, prefix }: Others, ids: readonly string[]): Promise<void> {
  await times(ids.length, IN_FLIGHT.updates, async (index) => {
    const betId = ids[index] ?? '';
    await client.send(
      new UpdateCommand({
        TableName: `${prefix}bets`,
        Key: { shard: shardOf(betId), betId },
        UpdateExpression: 'SET #status = :status, outcomeVersion = :version, settledAt = :at',
        ConditionExpression: 'outcomeVersion < :version',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':status': 'won', ':version': 1, ':at': 'now' },
      }),
    );
  });
}
