import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import pLimit from 'p-limit';
import { type Activity, activityOf, type Decision, EVENT_STATES } from '../../lib/bets/event.ts';
import { type BetId, shardOf } from '../../lib/bets/ids.ts';
import type { BetsBehindFence, BetStore } from '../../lib/bets/store.ts';
import { createMissingTables } from '../../lib/dynamodb/bootstrap.ts';
import { createClient } from '../../lib/dynamodb/client.ts';
import { createDynamodbStore } from '../../lib/dynamodb/store.ts';
import { findRuntime, startDynamodbLocal } from '../support/dynamodbLocal.ts';
import { createCloud } from './cloud.ts';
import { createNetwork, NO_FAULTS } from './network.ts';
import { createRandom, type Random } from './random.ts';
import { createVirtualTime } from './virtualTime.ts';

/** Each lane has tables of its own, so that lanes do not see each other. */
const LANES = 8;

/**
 * The simulated cloud against Amazon's DynamoDB Local: the commands of random calls of the store go
 * to both, and both must answer alike. Throws at the first difference.
 *
 * Left out on purpose: how many items a page of a `Query` has beyond its limit (1 MB on DynamoDB),
 * the texts of messages, and what only the simulation has: lag, conflicts, throttling, lost
 * replies.
 */
export async function compareClouds(calls: number, seed: number): Promise<void> {
  const runtime = await findRuntime();
  if (runtime === undefined) throw new Error('DynamoDB Local needs Java 17 or Docker.');
  const local = await startDynamodbLocal(runtime);
  const client = createClient(local.endpoint);
  const answers = new Map<string, number>();
  const count = (name: string): void => void answers.set(name, (answers.get(name) ?? 0) + 1);
  const lanes = Array.from({ length: LANES }, (_, lane) => createRandom(seed * LANES + lane));
  try {
    await pLimit(LANES).map(lanes, async (random) => {
      const tablePrefix = `${randomUUID()}-`;
      await createMissingTables(client, tablePrefix);
      const both = bothClients(client, tablePrefix, random, count);
      const wait = {
        signal: new AbortController().signal,
        sleep: () => Promise.resolve(),
        random: random.next,
      };
      const callByChance = randomCalls(createDynamodbStore(both, tablePrefix).until(wait), random);
      for (let done = 0; done < calls / LANES; done += 1) await callByChance();
    });
  } finally {
    client.destroy();
    await local.stop();
  }
  const counts = [...answers].map(([name, times]) => `${name} ${times}`).join(', ');
  process.stdout.write(`${calls} calls, no difference. Commands: ${counts}\n`);
}

/** What the outputs of the store's commands have; each has some of it. */
interface Answer {
  Items?: unknown;
  Attributes?: unknown;
  Responses?: { Error?: { Code?: string }; Item?: unknown }[] | Record<string, unknown[]>;
  UnprocessedKeys?: unknown;
  LastEvaluatedKey?: unknown;
}

/** A client of DynamoDB Local and of a simulated cloud whose time passes when it is asked. */
function bothClients(
  local: DynamoDBDocumentClient,
  tablePrefix: string,
  random: Random,
  count: (name: string) => void,
): DynamoDBDocumentClient {
  const time = createVirtualTime();
  const cloud = createCloud({
    tablePrefix,
    indexLagMs: () => 0,
    commitMs: () => 0,
    after: time.after,
    stale: () => false,
    now: time.now,
    onWrite: () => {},
  });
  const { client: simulated } = createNetwork(cloud, time, random, NO_FAULTS, () => {});
  /** The others of the store's commands differ only in their types. */
  const send = async (command: QueryCommand, options: object): Promise<Answer> => {
    const [real, fake] = await Promise.allSettled([
      local.send(command, options),
      simulated.send(command, options),
      time.runUntil(time.now() + 100),
    ]);
    const { name } = command.constructor;
    if (!isDeepStrictEqual(said(real), said(fake))) {
      const difference = { name, input: command.input, real: said(real), fake: said(fake) };
      throw new Error(JSON.stringify(difference, writable, 2));
    }
    if (real.status === 'fulfilled') {
      count(name);
      return real.value;
    }
    count(`${name} ${String(real.reason.name)}`);
    throw real.reason;
  };
  return { send } as unknown as DynamoDBDocumentClient; // The store uses only `send`.
}

const writable = (_name: string, value: unknown): unknown => {
  if (value instanceof Set) return [...value];
  return typeof value === 'bigint' ? `${value}n` : value;
};

/** What both must say alike. */
function said(result: PromiseSettledResult<Answer>): unknown {
  if (result.status === 'rejected') {
    const error: unknown = result.reason;
    const reasons = error instanceof TransactionCanceledException ? error.CancellationReasons : [];
    return [String(Object(error).name), reasons?.map(({ Code, Item }) => ({ Code, Item }))];
  }
  const { Items, Attributes, Responses = [], UnprocessedKeys, LastEvaluatedKey } = result.value;
  const each = Array.isArray(Responses)
    ? Responses.map((response) => ({ Code: response.Error?.Code, Item: response.Item }))
    : Object.values(Responses).map((items) => new Set(items)); // They come in no order.
  return { Items, Attributes, UnprocessedKeys, LastEvaluatedKey, each };
}

type Call = () => Promise<unknown>;

/** Few events, fences, bets and keys at a time, so that calls meet each other's items. */
function randomCalls({ bets, fences, events }: BetStore, random: Random): Call {
  const recent: BetId[] = ['never-placed'];
  let evening = 0;
  const id = (): BetId => recent[random.between(0, recent.length - 1)] ?? 'none';
  const at = (): number => random.between(0, 2 ** 40);
  const eventId = (): string => `match-${evening - random.between(0, 1)}-${random.between(0, 3)}`;
  const key = (): string => `key-${evening}-${random.between(0, 9)}`;
  const behind = (): BetsBehindFence => ({ eventId: eventId(), fence: random.between(0, 3) });
  const bound = (): BetId | undefined => (random.chance(0.5) ? id() : undefined);
  const before = (): Activity | undefined =>
    random.chance(0.5) ? activityOf(eventId(), at()) : undefined;
  const limit = (): number => random.between(1, 6);
  const decision = (): Decision => {
    return { id: 'decision', outcome: random.pick(['WIN', 'LOSE']), decidedAt: at() };
  };
  const several = <Item>(one: () => Item): Item[] => [
    ...new Set(Array.from({ length: random.between(1, 5) }, one)),
  ];
  const insert: Call = () => {
    const isNew = random.chance(0.8);
    const betId = isNew ? random.between(0, 2 ** 32).toString(16) : id();
    if (isNew) recent.push(betId);
    if (recent.length > 40) recent.shift();
    // Sums go beyond what a float holds exactly.
    const amountMinor = BigInt(random.between(1, 1_000_000)) * 10_000_000_000n;
    const record = { key: key(), betId, requestHash: 'hash' };
    const bet = { id: betId, ...behind(), amountMinor, placedAt: at() };
    return bets.insert(bet, random.chance(0.4) ? record : undefined);
  };
  const close: Call = () => {
    // Closed fences are the end of an event.
    if (random.chance(0.3)) evening += 1;
    return fences.close(eventId(), at());
  };
  const putInForce: Call = () => {
    const from = { version: random.between(0, 3), bets: random.between(0, 1), stakedMinor: 10n };
    return events.putInForce(eventId(), decision(), from);
  };
  const calls: [Call, ...Call[]] = [
    insert,
    insert,
    insert,
    close,
    putInForce,
    () => bets.find(several(id)),
    () => bets.findPlaced(id(), random.chance(0.5) ? key() : undefined),
    () => bets.newest(shardOf(id()), bound(), limit()),
    () => bets.newestIds(behind(), bound(), limit()),
    () => bets.oldestIds(behind(), bound(), limit()),
    () => bets.storeResult(several(id), { ...decision(), version: random.between(1, 6) }),
    () => fences.find(eventId()),
    () => fences.markSwept(behind(), random.between(1, 5)),
    () => events.find(several(eventId)),
    () => events.findResults(several(eventId)),
    () => events.noteActivity(eventId(), at()),
    () => events.listed(random.pick(EVENT_STATES), before(), limit()),
    () => events.noteIntent(eventId(), decision()),
    () => events.finishSettlement(eventId(), random.between(1, 4)),
    () => events.unfinished(limit()),
  ];
  return () => random.pick(calls)();
}
