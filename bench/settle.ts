import { randomUUID } from 'node:crypto';
import {
  BatchExecuteStatementCommand,
  type DynamoDBDocumentClient,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import pLimit from 'p-limit';
import { shardOf } from '../lib/bets/ids.ts';
import { resumeSettlements } from '../lib/bets/resumeSettlements.ts';
import { settleEvent } from '../lib/bets/settleEvent.ts';
import { openBookAt, seed } from './book.ts';
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
  const book = await openBookAt(endpoint);
  const others: Others = { client: plainClient(endpoint), prefix: book.prefix };
  const results: Record<'ours' | 'floor' | 'loop', Timed[]> = { ours: [], floor: [], loop: [] };
  for (let round = 0; round <= rounds; round += 1) {
    const event = randomUUID();
    await seed(book, event, bets);
    await book.run((context) => settleEvent(context, { eventId: event, outcome: 'WIN' }));
    const batched = await seed(book, randomUUID(), bets);
    const looped = await seed(book, randomUUID(), bets);
    const ours = await timed(bets, () => book.run(resumeSettlements));
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
  const median = (values: number[]): string => percentile(values, 0.5).toFixed(0);
  const text = (which: keyof typeof results): string =>
    `${median(rates(which))}/s, CPU ${median(cpu(which))} µs`;
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
    row(
      'settle: CPU against bare batches',
      text('ours'),
      text('floor'),
      ratioOf(cpu('ours'), cpu('floor')),
      '<=1.15',
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
  const batches = Array.from({ length: Math.ceil(ids.length / 25) }, (_, batch) =>
    ids.slice(batch * 25, (batch + 1) * 25),
  );
  await pLimit(IN_FLIGHT.batches).map(batches, async (some) => {
    const Statements = some.map((id) => ({
      Statement,
      Parameters: ['won', 1, 'now', shardOf(id), id, 1],
    }));
    await client.send(new BatchExecuteStatementCommand({ Statements }));
  });
}

async function updateLoop({ client, prefix }: Others, ids: readonly string[]): Promise<void> {
  await pLimit(IN_FLIGHT.updates).map(ids, async (betId) => {
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
