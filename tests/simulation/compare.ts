import { isDeepStrictEqual, parseArgs } from 'node:util';
import { randomUUID } from 'node:crypto';
import {
  BatchExecuteStatementCommand,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  TransactGetCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { createMissingTables } from '../../lib/dynamodb/bootstrap.ts';
import { createClient } from '../../lib/dynamodb/client.ts';
import { times } from '../contract/parts.ts';
import { findRuntime, startDynamodbLocal } from '../support/dynamodbLocal.ts';
import { createCloud } from './cloud.ts';
import { createNetwork, type Faults } from './network.ts';
import { createRandom, type Random } from './random.ts';
import { createVirtualTime } from './virtualTime.ts';

/**
 * The simulated cloud against Amazon's DynamoDB Local: random commands of the kinds that the store
 * sends, at first-hand state, must be answered alike. A difference ends the run with code 1.
 *
 *     npm run simulate:compare -- --operations 100000 --seed 1
 *
 * Left out on purpose: how many items a page of a `Query` has beyond its limit (1 MB on DynamoDB), the
 * texts of messages, and what only the simulation has: lag, conflicts, throttling, lost replies.
 */
const { values } = parseArgs({
  options: {
    operations: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
  },
});
/** Each lane has tables of its own, so that lanes do not see each other. */
const LANES = 8;

const FAULTLESS: Faults = {
  requestLost: 0,
  replyLost: 0,
  appliedLate: 0,
  duplicated: 0,
  throttled: 0,
  serverError: 0,
  conflict: 0,
  statementFails: 0,
  keysUnprocessed: 0,
  pageCut: 0,
  crash: 0,
  latencyMs: 1,
  lateMs: 1,
};

type Command =
  | GetCommand
  | BatchGetCommand
  | QueryCommand
  | UpdateCommand
  | TransactGetCommand
  | TransactWriteCommand
  | BatchExecuteStatementCommand;

/** A client on the simulated cloud whose time passes whenever it is asked something. */
function simulatedClient(
  tablePrefix: string,
  random: Random,
): (command: Command) => Promise<unknown> {
  const time = createVirtualTime();
  const cloud = createCloud({
    tablePrefix,
    indexLagMs: () => 0,
    commitMs: () => 0,
    after: (milliseconds, run) => time.after(milliseconds, run),
    stale: () => false,
    now: () => time.now(),
    onWrite: () => {},
  });
  const { client } = createNetwork(cloud, time, random, FAULTLESS, () => {});
  return async (command) => {
    const answer = send(client, command);
    await time.runUntil(time.now() + 100);
    return answer;
  };
}

/** What an answer says that both must say alike. */
async function send(client: DynamoDBDocumentClient, command: Command): Promise<unknown> {
  try {
    // One command is the bare client's; the document client hands it on.
    const output = await client.send(command as GetCommand, {});
    return comparable(output);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const reasons = error instanceof TransactionCanceledException ? error.CancellationReasons : [];
    return {
      error: error.name,
      reasons: reasons?.map(({ Code, Item }) => ({ Code, Item: Item && sorted(Item) })),
    };
  }
}

function comparable(output: Record<string, unknown>): unknown {
  const { Item, Items, Attributes, Responses, UnprocessedKeys, LastEvaluatedKey } = output;
  const responses = Array.isArray(Responses)
    ? Responses.map((response: { Error?: { Code: string }; Item?: unknown }) =>
        JSON.stringify(sorted([response.Error?.Code ?? 'ok', response.Item ?? 'none']), bigints),
      )
    : Object.values(Object(Responses ?? {}) as Record<string, unknown[]>).map((items) =>
        items.map((item) => JSON.stringify(sorted(item), bigints)).sort(),
      );
  const text = JSON.stringify(
    sorted({ Item, Items, Attributes, UnprocessedKeys, more: LastEvaluatedKey }),
    bigints,
  );
  return { text, responses };
}

const bigints = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? `${value}n` : value;

/** The same with the members of every object in the order of their names. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]));
}

/** Few events, fences and bets, so that commands meet each other's items. */
function randomCommand(random: Random, prefix: string, recent: string[]): Command {
  const event = `event${random.between(0, 3)}`;
  const eventFence = `${event}#${random.between(0, 3)}`;
  const betId = recent[random.between(0, Math.max(0, recent.length - 1))] ?? 'none';
  const bets = `${prefix}bets`;
  const shard = betId.slice(-1);
  switch (random.between(0, 14)) {
    case 0:
    case 1:
    case 2:
      return placing(random, prefix, event, eventFence, recent);
    case 3:
      return new GetCommand({ TableName: bets, Key: { shard, betId }, ConsistentRead: true });
    case 4:
      return fenceReads(random, prefix, event);
    case 5:
      return historyPage(random, bets, shard, betId);
    case 6:
      return indexPage(random, bets, eventFence, betId);
    case 7:
      return statements(random, bets, recent);
    case 8:
      return closing(random, prefix, eventFence);
    case 9:
      return resultUpdate(random, prefix, event);
    case 10:
      return intentUpdate(random, prefix, event);
    case 11:
      return placedRead(random, prefix, shard, betId);
    case 12:
      return activityUpdate(random, prefix, event);
    case 13:
      return eventsPage(random, prefix);
    default:
      return new QueryCommand({
        TableName: `${prefix}events`,
        IndexName: 'unfinished',
        KeyConditionExpression: 'unfinished = :unfinished',
        ExpressionAttributeValues: { ':unfinished': '1' },
        Limit: random.between(1, 5),
      });
  }
}

function placing(
  random: Random,
  prefix: string,
  event: string,
  eventFence: string,
  recent: string[],
): Command {
  const again = recent.length > 0 && random.chance(0.2);
  const hex = random.between(0, 0xff_ff_ff).toString(16).padStart(6, '0');
  const betId = again ? (recent[random.between(0, recent.length - 1)] ?? hex) : `bet-${hex}`;
  if (!again) recent.push(betId);
  if (recent.length > 40) recent.shift();
  const countBet = {
    TableName: `${prefix}fences`,
    Key: { eventFence },
    UpdateExpression: 'ADD placed :one, stakedMinor :stake',
    ConditionExpression: 'attribute_not_exists(closedAt)',
    ExpressionAttributeValues: {
      ':one': 1,
      ':stake': BigInt(random.between(1, 1_000_000)) * 10_000_000_000n,
    },
  };
  const putBet = {
    TableName: `${prefix}bets`,
    Item: {
      shard: betId.slice(-1),
      betId,
      eventId: event,
      eventFence,
      status: 'pending',
      outcomeVersion: 0,
    },
    ConditionExpression: 'attribute_not_exists(betId)',
  };
  const putKey = {
    TableName: `${prefix}idempotencyKeys`,
    Item: { key: `key${random.between(0, 30)}`, betId, requestHash: 'hash' },
    ConditionExpression: 'attribute_not_exists(#key)',
    ExpressionAttributeNames: { '#key': 'key' },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  };
  const keyed = random.chance(0.4) ? [{ Put: putKey }] : [];
  return new TransactWriteCommand({
    TransactItems: [{ Update: countBet }, { Put: putBet }, ...keyed],
  });
}

function fenceReads(random: Random, prefix: string, event: string): Command {
  const Keys = Array.from({ length: random.between(1, 6) }, (_, fence) => ({
    eventFence: `${event}#${fence}`,
  }));
  const projection = random.chance(0.3) ? { ProjectionExpression: 'eventFence, placed' } : {};
  return new BatchGetCommand({
    RequestItems: { [`${prefix}fences`]: { Keys, ConsistentRead: true, ...projection } },
  });
}

function placedRead(random: Random, prefix: string, shard: string, betId: string): Command {
  const key = `key${random.between(0, 30)}`;
  return new TransactGetCommand({
    TransactItems: [
      { Get: { TableName: `${prefix}bets`, Key: { shard, betId } } },
      { Get: { TableName: `${prefix}idempotencyKeys`, Key: { key } } },
    ],
  });
}

function historyPage(random: Random, TableName: string, shard: string, before: string): Command {
  const bounded = random.chance(0.5);
  return new QueryCommand({
    TableName,
    KeyConditionExpression: bounded ? '#shard = :shard AND betId < :before' : '#shard = :shard',
    ExpressionAttributeNames: { '#shard': 'shard' },
    ExpressionAttributeValues: { ':shard': shard, ...(bounded && { ':before': before }) },
    ConsistentRead: true,
    ScanIndexForward: false,
    Limit: random.between(1, 6),
  });
}

function indexPage(random: Random, TableName: string, eventFence: string, bound: string): Command {
  const bounded = random.chance(0.5);
  const down = random.chance(0.5);
  return new QueryCommand({
    TableName,
    IndexName: 'byEvent',
    KeyConditionExpression: bounded
      ? `eventFence = :fence AND betId ${down ? '<' : '>'} :bound`
      : 'eventFence = :fence',
    ExpressionAttributeValues: { ':fence': eventFence, ...(bounded && { ':bound': bound }) },
    ...(down && { ScanIndexForward: false }),
    ...(random.chance(0.5) && { ProjectionExpression: 'betId' }),
    Limit: random.between(1, 6),
  });
}

function statements(random: Random, table: string, recent: readonly string[]): Command {
  const version = random.between(1, 6);
  const ids = new Set(
    Array.from(
      { length: random.between(1, 5) },
      () => recent[random.between(0, 39)] ?? 'missing-bet',
    ),
  );
  const Statement =
    `UPDATE "${table}" SET "status"=? SET "outcomeVersion"=? SET "settledAt"=? ` +
    'WHERE "shard"=? AND "betId"=? AND "outcomeVersion"<?';
  return new BatchExecuteStatementCommand({
    Statements: [...ids].map((id) => ({
      Statement,
      Parameters: [
        { S: 'won' },
        { N: `${version}` },
        { S: 'now' },
        { S: id.slice(-1) },
        { S: id },
        { N: `${version}` },
      ],
    })),
  });
}

function closing(random: Random, prefix: string, eventFence: string): Command {
  const TableName = `${prefix}fences`;
  if (random.chance(0.6)) {
    return new UpdateCommand({
      TableName,
      Key: { eventFence },
      UpdateExpression: 'SET sweptVersion = :version',
      ConditionExpression: 'attribute_not_exists(sweptVersion) OR sweptVersion < :version',
      ExpressionAttributeValues: { ':version': random.between(1, 5) },
    });
  }
  return new UpdateCommand({
    TableName,
    // Seldom one that bets are placed behind: a closed fence is the end of it.
    Key: { eventFence: random.chance(0.02) ? eventFence : `closed#${random.between(0, 9)}` },
    UpdateExpression: 'SET closedAt = if_not_exists(closedAt, :closedAt)',
    ExpressionAttributeValues: { ':closedAt': `at ${random.between(0, 999)}` },
  });
}

function resultUpdate(random: Random, prefix: string, eventId: string): Command {
  const from = random.between(0, 3);
  return new UpdateCommand({
    TableName: `${prefix}events`,
    Key: { eventId: random.chance(0.5) ? eventId : `${eventId}-${random.between(0, 500)}` },
    UpdateExpression:
      'SET outcome = :outcome, version = :version, #state = :state, activity = :activity, ' +
      'unfinished = :unfinished, ' +
      'unfinishedSince = :since, history = list_append(if_not_exists(history, :none), :verdict) REMOVE intent',
    ConditionExpression: from === 0 ? 'attribute_not_exists(version)' : 'version = :from',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: {
      ':outcome': 'WIN',
      ':version': (from + 1) % 4,
      ':state': 'settling',
      ':activity': `at ${random.between(0, 1_000_000_000)}`,
      ':unfinished': '1',
      ':since': `at ${random.between(0, 1_000_000_000)}`,
      ':none': [],
      ':verdict': [{ id: 'decision', version: from + 1 }],
      ...(from > 0 && { ':from': from }),
    },
    ReturnValues: 'ALL_NEW',
  });
}

function intentUpdate(random: Random, prefix: string, event: string): Command {
  const eventId = `${event}-${random.between(0, 500)}`;
  const TableName = `${prefix}events`;
  if (random.chance(0.5)) {
    return new UpdateCommand({
      TableName,
      Key: { eventId },
      UpdateExpression: 'SET intent = :intent, unfinished = :unfinished, unfinishedSince = :since',
      ConditionExpression: 'attribute_not_exists(version)',
      ExpressionAttributeValues: {
        ':intent': { id: 'decision', outcome: 'WIN' },
        ':unfinished': '1',
        ':since': `at ${random.between(0, 1_000_000_000)}`,
      },
    });
  }
  return new UpdateCommand({
    TableName,
    Key: { eventId },
    UpdateExpression: 'SET #state = :settled REMOVE unfinished, unfinishedSince',
    ConditionExpression: 'version = :from',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: { ':settled': 'settled', ':from': random.between(1, 4) },
  });
}

function activityUpdate(random: Random, prefix: string, event: string): Command {
  const at = random.between(0, 1_000_000_000);
  return new UpdateCommand({
    TableName: `${prefix}events`,
    Key: { eventId: `${event}-${random.between(0, 500)}` },
    UpdateExpression: 'SET #state = :open, activity = :activity',
    ConditionExpression: 'attribute_not_exists(activity) OR #state = :open AND activity < :quiet',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: {
      ':open': 'open',
      ':activity': `at ${at}`,
      ':quiet': `at ${at - 1_000}`,
    },
  });
}

function eventsPage(random: Random, prefix: string): Command {
  const bounded = random.chance(0.5);
  return new QueryCommand({
    TableName: `${prefix}events`,
    IndexName: 'byState',
    KeyConditionExpression: bounded ? '#state = :state AND activity < :before' : '#state = :state',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: {
      ':state': random.pick(['open', 'settling', 'settled']),
      ...(bounded && { ':before': `at ${random.between(0, 1_000_000_000)}` }),
    },
    ScanIndexForward: false,
    Limit: random.between(1, 5),
  });
}

const runtime = await findRuntime();
if (runtime === undefined) throw new Error('DynamoDB Local needs Java 17 or Docker.');
const local = await startDynamodbLocal(runtime);
const client = createClient(local.endpoint);
const operations = Number(values.operations);
let differences = 0;
const refusals = new Map<string, number>();
await times(LANES, LANES, async (lane) => {
  const random = createRandom(Number(values.seed) * LANES + lane);
  const prefix = `${randomUUID()}-`;
  await createMissingTables(client, prefix);
  const simulated = simulatedClient(prefix, random);
  const recent: string[] = [];
  for (let done = 0; done < operations / LANES && differences === 0; done += 1) {
    const command = randomCommand(random, prefix, recent);
    const real = await send(client, command);
    const fake = await simulated(command);
    const name = (real as { error?: string }).error ?? 'answered';
    refusals.set(name, (refusals.get(name) ?? 0) + 1);
    if (isDeepStrictEqual(real, fake)) continue;
    differences += 1;
    const shown = {
      lane,
      done,
      command: command.constructor.name,
      input: command.input,
      real,
      fake,
    };
    process.stdout.write(`${JSON.stringify(shown, bigints, 2)}\n`);
  }
});
await local.stop();
process.stdout.write(
  `${operations} operations, ${differences} differences (${[...refusals].map(([name, count]) => `${name} ${count}`).join(', ')})\n`,
);
process.exitCode = differences === 0 ? 0 : 1;
