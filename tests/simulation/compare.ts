import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  type QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import pLimit from 'p-limit';
import { type Decision, type ListKey, listKeyOf } from '../../lib/bets/event.ts';
import { type BetId, type BetRange, shardOf } from '../../lib/bets/ids.ts';
import type { BetsBehindFence, BetStore, FencedEvent } from '../../lib/bets/store.ts';
import { createMissingTables } from '../../lib/dynamodb/bootstrap.ts';
import { createClient } from '../../lib/dynamodb/client.ts';
import { type Attempt, insertionOf } from '../../lib/dynamodb/insertion.ts';
import { createDynamodbStore } from '../../lib/dynamodb/store.ts';
import { tableNames } from '../../lib/dynamodb/tables.ts';
import { systemClock } from '../../lib/service.ts';
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
  const lanes = Array.from({ length: LANES }, (_, lane) => {
    return { random: createRandom(seed * LANES + lane), tablePrefix: `${randomUUID()}-` };
  });
  try {
    // One after the other: DynamoDB Local takes long to make a table when it makes many.
    for (const { tablePrefix } of lanes) await createMissingTables(client, tablePrefix);
    await pLimit(LANES).map(lanes, async ({ random, tablePrefix }) => {
      const both = bothClients(client, tablePrefix, random, count);
      const wait = {
        signal: new AbortController().signal,
        sleep: () => Promise.resolve(),
        random: random.next,
      };
      const options = { clock: systemClock, random: random.next };
      const store = createDynamodbStore(both, tablePrefix, options).until(wait);
      const insertGroup = async (group: readonly Attempt[], fence: number): Promise<void> => {
        const fenceOf = new Map(group.map(({ bet }) => [bet.eventId, fence]));
        const { input } = insertionOf(tableNames(tablePrefix), group, fenceOf);
        const inserting = both.send(new TransactWriteCommand(input), { abortSignal: wait.signal });
        await inserting.catch((error: unknown) => {
          if (!(error instanceof TransactionCanceledException)) throw error;
        });
      };
      const callByChance = randomCalls(store, insertGroup, random);
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
  const network = createNetwork(cloud, time, random, NO_FAULTS, () => {});
  const simulated = network.clientOf({ server: 0, crashed: false, onCrash: () => {} });
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

const NEVER_PLACED = '0000000d';

/** Few events, fences, bets and keys at a time, so that calls meet each other's items. */
function randomCalls(
  { bets, fences, events }: BetStore,
  insertGroup: (group: readonly Attempt[], fence: number) => Promise<void>,
  random: Random,
): Call {
  const recent: BetId[] = [NEVER_PLACED];
  let evening = 0;
  const id = (): BetId => recent[random.between(0, recent.length - 1)] ?? NEVER_PLACED;
  const at = (): number => random.between(0, 2 ** 40);
  const eventId = (): string => `match-${evening - random.between(0, 1)}-${random.between(0, 3)}`;
  const key = (): string => `key-${evening}-${random.between(0, 9)}`;
  const behind = (): BetsBehindFence => ({ eventId: eventId(), fence: random.between(0, 3) });
  const bound = (): BetId | undefined => (random.chance(0.5) ? id() : undefined);
  const before = (): ListKey | undefined =>
    random.chance(0.5) ? listKeyOf(eventId(), at()) : undefined;
  const fenced = (): FencedEvent => ({ eventId: eventId(), fences: random.pick([1, 4]) });
  const limit = (): number => random.between(1, 6);
  const decision = (): Decision => {
    return {
      id: random.pick(['one', 'other']),
      outcome: random.pick(['WIN', 'LOSE']),
      decidedAt: at(),
    };
  };
  const several = <Item>(one: () => Item): Item[] => [
    ...new Set(Array.from({ length: random.between(1, 5) }, one)),
  ];
  /** No bet and no key is in a transaction twice. */
  const insert: Call = () => {
    const keys = several(key);
    const group = several(() => {
      const isNew = random.chance(0.8);
      const betId = isNew ? random.between(0, 2 ** 32).toString(16) : id();
      if (isNew) recent.push(betId);
      if (recent.length > 40) recent.shift();
      return betId;
    }).map((betId): Attempt => {
      // Sums go beyond what a float holds exactly.
      const amountMinor = BigInt(random.between(1, 1_000_000)) * 10_000_000_000n;
      const bet = { id: betId, eventId: eventId(), amountMinor, placedAt: at() };
      const own = random.chance(0.4) ? keys.pop() : undefined;
      const record = own === undefined ? undefined : { key: own, betId, requestHash: 'hash' };
      return { bet, fences: 4, record, triedBefore: false };
    });
    return insertGroup(group, random.between(0, 3));
  };
  /** Whole ids, so that there is one just below. */
  const end = (): BetId => `${id().slice(0, 8).padEnd(8, '0')}-0000-0000-0000-000000000000`;
  const range = (): BetRange => ({
    ...(random.chance(0.5) && { from: end() }),
    ...(random.chance(0.5) && { before: end() }),
  });
  const create: Call = () => fences.create({ eventId: eventId(), fences: 4 }, 0);
  const close: Call = () => {
    // Closed fences are the end of an event.
    if (random.chance(0.3)) evening += 1;
    return fences.close(fenced(), at());
  };
  const putInForce: Call = async () => {
    const event = await events.enlist(eventId(), at());
    if (random.chance(0.5)) await events.noteIntent(event.eventId, decision());
    const from = { version: random.between(0, 3), bets: random.between(0, 1), stakedMinor: 10n };
    return events.putInForce(event.eventId, decision(), from);
  };
  const noteIntent: Call = async () => {
    const event = await events.enlist(eventId(), at());
    return events.noteIntent(event.eventId, decision());
  };
  const calls: [Call, ...Call[]] = [
    insert,
    insert,
    insert,
    close,
    putInForce,
    () => bets.find(several(id)),
    () => bets.findPlaced(id(), random.chance(0.5) ? key() : undefined),
    () => bets.newest(shardOf(id()), range(), limit()),
    () => bets.newestIds(behind(), range(), limit()),
    () => bets.oldestIds(behind(), bound(), limit()),
    () => bets.storeResult(several(id), { ...decision(), version: random.between(1, 6) }),
    create,
    create,
    create,
    create,
    () => fences.find([{ eventId: eventId(), fences: 4 }]),
    () => fences.markSwept(behind(), random.between(1, 5)),
    () => events.find(several(eventId)),
    () => events.findResults(several(eventId)),
    noteIntent,
    () => events.widen(fenced(), 4),
    () => events.listed(shardOf(id()), before(), limit()),
    () => {
      const has = random.pick(['no-result', 'result'] as const);
      return events.listedBy(has, shardOf(id()), before(), limit());
    },
    () => events.finishSettlement(eventId(), random.between(1, 4)),
    () => events.unfinished(random.pick(['newest-first', 'oldest-first']), before(), limit()),
  ];
  return () => random.pick(calls)();
}
