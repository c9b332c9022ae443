import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import {
  BatchExecuteStatementCommand,
  type DynamoDBDocumentClient,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Dependencies } from '../lib/bets/dependencies.ts';
import { newBetId, shardOf } from '../lib/bets/ids.ts';
import { placeBet } from '../lib/bets/placeBet.ts';
import { listBets } from '../lib/bets/readBets.ts';
import { resumeSettlements } from '../lib/bets/resumeSettlements.ts';
import { settleEvent } from '../lib/bets/settleEvent.ts';
import { createMissingTables } from '../lib/dynamodb/bootstrap.ts';
import { createClient } from '../lib/dynamodb/client.ts';
import { createDynamodbStore } from '../lib/dynamodb/store.ts';
import { service as composed } from '../lib/service.ts';
import { systemClock } from '../lib/systemClock.ts';
import { times } from '../tests/contract/parts.ts';
import { startService } from '../tests/support/service.ts';
import { cpuSeconds, postBets } from './load.ts';
import { percentile, ratioOf, show, type Spread } from './measure.ts';

export interface Row {
  case: string;
  ours: string;
  against: string;
  ratio: string;
  /** What the ratio should be at least (`>=`) or at most (`<=`). */
  target: string;
  met: boolean;
}

const never = new AbortController().signal;
const FLOOR = join(import.meta.dirname, 'floorServer.ts');

function row(name: string, ours: string, against: string, ratio: Spread, target: string): Row {
  const limit = Number(target.slice(2));
  const met = target.startsWith('>=') ? ratio.median >= limit : ratio.median <= limit;
  return { case: name, ours, against, ratio: show(ratio), target, met };
}

/** The shim against a server that does the same one transaction and nothing else. */
export async function placeCases(endpoint: string, rounds: number): Promise<Row[]> {
  const environment = { DYNAMODB_ENDPOINT: endpoint, TABLE_PREFIX: `bench-${randomUUID()}-` };
  const ours = await startService(environment);
  const floor = await startService(environment, FLOOR);
  const rows: Row[] = [];
  for (const [connections, count] of [
    [1, 300],
    [32, 3_000],
    [256, 3_000],
  ] as const) {
    const rates: [number[], number[]] = [[], []];
    const cpu: [number[], number[]] = [[], []];
    const latencies: [number[], number[]] = [[], []];
    for (let round = 0; round <= rounds; round += 1) {
      for (const [which, server] of [ours, floor].entries()) {
        const before = cpuSeconds(server.pid);
        const load = await postBets(server.url, randomUUID(), count, connections);
        // The first round warms both up.
        if (round === 0) continue;
        rates[which]?.push(load.perSecond);
        cpu[which]?.push(((cpuSeconds(server.pid) - before) / count) * 1_000);
        latencies[which]?.push(...load.latenciesMs);
      }
    }
    const of = (which: 0 | 1): string =>
      `${percentile(rates[which], 0.5).toFixed(0)}/s, p50 ${percentile(latencies[which], 0.5).toFixed(1)} ms, ` +
      `p99 ${percentile(latencies[which], 0.99).toFixed(1)} ms, CPU ${percentile(cpu[which], 0.5).toFixed(2)} ms`;
    rows.push(
      row(`place, ${connections} connections: rate`, of(0), of(1), ratioOf(...rates), '>=0.85'),
    );
    rows.push(row(`place, ${connections} connections: CPU`, '', '', ratioOf(...cpu), '<=1.25'));
  }
  await ours.stop('SIGTERM');
  await floor.stop('SIGTERM');
  return rows;
}

interface Book {
  client: DynamoDBDocumentClient;
  deps: Dependencies;
  prefix: string;
}

async function openBook(endpoint: string): Promise<Book> {
  const client = createClient(endpoint);
  const prefix = `bench-${randomUUID()}-`;
  await createMissingTables(client, prefix);
  const store = createDynamodbStore({
    client,
    tablePrefix: prefix,
    clock: systemClock,
    random: Math.random,
  });
  return { client, prefix, deps: { ...composed, store, newBetId } };
}

async function place(book: Book, eventId: string, count: number): Promise<string[]> {
  const placed = await times(count, 32, () =>
    placeBet(book.deps, { eventId, amountMinor: 100n }, never),
  );
  return placed.map(({ bet }) => bet.id);
}

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
  const results: Record<'ours' | 'floor' | 'loop', Timed[]> = { ours: [], floor: [], loop: [] };
  for (let round = 0; round <= rounds; round += 1) {
    const event = randomUUID();
    await place(book, event, bets);
    await settleEvent(book.deps, { eventId: event, outcome: 'WIN', sweepBudgetMs: 0 }, never);
    const batched = await place(book, randomUUID(), bets);
    const looped = await place(book, randomUUID(), bets);
    const ours = await timed(bets, () => resumeSettlements(book.deps, never));
    const floor = await timed(bets, () => bareBatches(book, batched));
    const loop = await timed(bets, () => updateLoop(book, looped));
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

const IN_FLIGHT = { batches: 8, updates: 32 };

async function bareBatches({ client, prefix }: Book, ids: readonly string[]): Promise<void> {
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

async function updateLoop({ client, prefix }: Book, ids: readonly string[]): Promise<void> {
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

/** A page of 100 in a book of `large` bets against one in a book of 1,000. */
export async function listCase(endpoint: string, rounds: number, large: number): Promise<Row[]> {
  const books = [await openBook(endpoint), await openBook(endpoint)] as const;
  await place(books[0], randomUUID(), large);
  await place(books[1], randomUUID(), 1_000);
  const pages: [number[], number[]] = [[], []];
  for (let round = 0; round <= rounds * 10; round += 1) {
    for (const [which, book] of books.entries()) {
      const begun = performance.now();
      await listBets(book.deps, { limit: 100 }, never);
      if (round > 0) pages[which]?.push(performance.now() - begun);
    }
  }
  const text = (which: 0 | 1): string => `p50 ${percentile(pages[which], 0.5).toFixed(1)} ms`;
  return [
    row(
      `list: a page of 100 at ${large} bets against 1000`,
      text(0),
      text(1),
      ratioOf(...pages),
      '<=1.3',
    ),
  ];
}

/** From the start of the process to the first 201, on the embedded store; 3 s are allowed. */
export async function startCase(rounds: number): Promise<Row[]> {
  const seconds: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const begun = performance.now();
    const service = await startService();
    await postBets(service.url, 'first', 1, 1);
    seconds.push((performance.now() - begun) / 1_000);
    await service.stop('SIGTERM');
  }
  const allowed = seconds.map(() => 3);
  const text = `${percentile(seconds, 0.5).toFixed(2)} s`;
  return [row('start: to the first 201', text, '3 s', ratioOf(seconds, allowed), '<=1')];
}
