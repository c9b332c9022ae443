import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { PlacedBet } from '../../lib/bets/bet.ts';
import type { Context } from '../../lib/bets/context.ts';
import type { Verdict } from '../../lib/bets/event.ts';
import { readConfig } from '../../lib/config.ts';
import type { FencedEvent } from '../../lib/bets/store.ts';
import { insertionOf } from '../../lib/dynamodb/insertion.ts';
import { tableNames } from '../../lib/dynamodb/tables.ts';
import { createService } from '../../lib/service.ts';
import { type Cloud, type CommandInput, createCloud, type Output } from '../simulation/cloud.ts';
import { abortable } from '../simulation/network.ts';
import { createVirtualTime, serverClock } from '../simulation/virtualTime.ts';
import { canceled, conditionFailed, givenUp } from './dynamodb.ts';
import { recordingObserver } from './observers.ts';
import { betIdOf, NOON, NOON_TEXT } from './samples.ts';

/** How many fences an event may have. */
const WIDTHS = [1, 4, 16, 64];
const CONFIG = readConfig({ TABLE_PREFIX: 'calm-', LOG_LEVEL: 'SILENT' });
const TABLES = tableNames(CONFIG.tablePrefix);

/**
 * The store's calls and what only their commands say; the first that fits counts. To enlist an
 * event takes two commands: one that enters it in the list, and one on the event itself.
 */
const CALLS = {
  insert: /^TransactWrite/,
  findFencesAtRest: /^TransactGet.*"calm-fences"/,
  findPlaced: /^TransactGet/,
  storeResult: /^BatchExecuteStatement/,
  enter: /^Put/,
  newestIds: /^Query.*"byEvent".*"ScanIndexForward":false/,
  oldestIds: /^Query.*"byEvent"/,
  listed: /^Query.*"calm-eventList"/,
  listedBy: /^Query.*"byState"/,
  unfinished: /^Query.*"unfinished"/,
  newest: /^Query/,
  findBets: /^BatchGet.*"calm-bets"/,
  findFences: /^BatchGet.*"calm-fences"/,
  findResults: /^BatchGet.*"ProjectionExpression"/,
  findEvents: /^BatchGet/,
  create: /^Update.*SET placed/,
  close: /^Update.*SET closedAt/,
  markSwept: /^Update.*SET sweptVersion/,
  enlist: /^Update.*SET listKey/,
  widen: /^Update.*SET fences/,
  noteIntent: /^Update.*SET intent/,
  putInForce: /^Update.*SET outcome/,
  finishSettlement: /^Update/,
} satisfies Record<string, RegExp>;
export type Call = keyof typeof CALLS;

/** What a call meets on its way to the cloud. */
export type Fate = (carryOut: () => Promise<Output>) => Promise<Output>;

const prompt: Fate = (carryOut) => carryOut();
/** A network that sends the command again although its reply is only late. */
export const twice: Fate = (carryOut) => carryOut().then(carryOut);
export const away = failing(givenUp('TimeoutError'));
export const conflict = failing(canceled('TransactionConflict'));
export const fenceClosed = failing(
  canceled({ Code: 'ConditionalCheckFailed', Item: { closedAt: { S: NOON_TEXT } } }),
);
export const lostRace = failing(conditionFailed());

export function failing(error: Error): Fate {
  return async () => {
    throw error;
  };
}

export interface CalmCloud extends Pick<Cloud, 'all' | 'backUp'> {
  /** How long a write takes to reach an index from now on. */
  indexLagMs: number;
  /** Runs a request until it is over, beside the one that runs already if there is one. */
  run<Result>(task: (context: Context) => Promise<Result>, withinMs?: number): Promise<Result>;
  /** Adds bets as if another process had placed them, behind the first fence of each event. */
  add(...bets: PlacedBet[]): Promise<void>;
  /** The same behind another fence; an event has no more fences than that takes. */
  addBehind(fence: number, ...bets: PlacedBet[]): Promise<void>;
  /** Another process admits an event that has so many fences. */
  admit(eventId: string, fences?: number): Promise<FencedEvent>;
  /** Another operator's result comes in force, LOSE and the first by default; no bet follows. */
  decide(eventId: string, verdict?: Partial<Verdict>): Promise<void>;
  /** What the next calls of a kind meet, each one fate; those after them meet nothing. */
  meet(call: Call, ...fates: Fate[]): void;
  /** Of the last run: the store's calls and when each was sent, the facts told, and its time. */
  calls(): Call[];
  sent(call: Call): { atMs: number; input: CommandInput }[];
  told: unknown[][];
  tookMs(): number;
}

/**
 * A service on the simulated cloud, on which nothing happens by chance. It is noon; time passes by
 * pauses and by `latencyMs` a call. Ids of bets count from 0x1001, and are 0x10000 more for each
 * millisecond after noon. Reads that do not ask for consistency never see the last second.
 */
export function calmCloud({
  indexLagMs = 0,
  latencyMs = 0,
  random = (): number => 0.5,
} = {}): CalmCloud {
  const time = createVirtualTime();
  const cloud = createCloud({
    tablePrefix: CONFIG.tablePrefix,
    indexLagMs: () => calm.indexLagMs,
    after: time.after,
    commitMs: () => 0,
    now: time.now,
    stale: () => true,
    onWrite: () => {},
  });
  const fates = new Map<Call, Fate[]>();
  const { observer, told } = recordingObserver();
  const log: { call: Call; atMs: number; input: CommandInput }[] = [];
  const count = { bets: 0, decisions: 0, tokens: 0 };
  let begun = 0;
  let running = false;

  const send = async (name: string, input: CommandInput): Promise<Output> => {
    const call = callOf(name, input);
    log.push({ call, atMs: time.now() - begun, input });
    await time.sleep(latencyMs);
    const fate = fates.get(call)?.shift() ?? prompt;
    return fate(() => perform(cloud, name, input, `token-${(count.tokens += 1)}`));
  };
  const client = {
    send: (
      { constructor: { name }, input }: { constructor: { name: string }; input: CommandInput },
      { abortSignal }: { abortSignal: AbortSignal },
    ) => abortable(() => send(name, input), abortSignal),
  };
  const service = createService(CONFIG, {
    client: client as unknown as DynamoDBDocumentClient, // The store uses only `send`.
    clock: serverClock(time, NOON),
    observer,
    newBetId: (at) => betIdOf(0x1000 + (count.bets += 1) + Math.floor(at - NOON) * 0x1_0000),
    newDecisionId: () => `decision-${(count.decisions += 1)}`,
    random,
  });

  const calm: CalmCloud = {
    indexLagMs,
    all: cloud.all,
    backUp: cloud.backUp,
    run: async (task, withinMs = 60_000) => {
      if (running) return service.within(withinMs, task);
      running = true;
      log.length = 0;
      told.length = 0;
      begun = time.now();
      return time.runThrough(service.within(withinMs, task)).finally(() => (running = false));
    },
    add: (...bets) => calm.addBehind(0, ...bets),
    addBehind: async (fence, ...bets) => {
      const fences = WIDTHS.find((width) => width > fence) ?? 0;
      for (const eventId of new Set(bets.map((bet) => bet.eventId))) {
        await calm.admit(eventId, fences);
      }
      await calm.run(async () => {
        for (const bet of bets) {
          const group = [{ bet, fences, triedBefore: false }];
          const { input } = insertionOf(TABLES, group, new Map([[bet.eventId, fence]]));
          // It is what the store sends.
          const command = input as CommandInput;
          await perform(cloud, 'TransactWriteCommand', command, `token-${(count.tokens += 1)}`);
        }
      });
    },
    admit: (eventId, fences = 1) =>
      calm.run(async ({ store }) => {
        const found = (await store.events.find([eventId])).get(eventId);
        let event = found ?? (await store.events.enlist(eventId, NOON));
        while (event.fences < fences) {
          event = (await store.events.widen(event, 4 * event.fences)) ?? event;
        }
        await store.fences.create(event, 0);
        return event;
      }),
    decide: (eventId, { version = 1, ...given } = {}) => {
      const bets = cloud.all('bets').filter((bet) => bet['eventId'] === eventId).length;
      const from = { version: version - 1, bets, stakedMinor: 1050n * BigInt(bets) };
      const decision = { id: 'others', outcome: 'LOSE' as const, decidedAt: NOON, ...given };
      const isKnown = cloud.all('events').some((event) => event['eventId'] === eventId);
      return calm.run(async ({ store }) => {
        if (!isKnown) await store.events.enlist(eventId, decision.decidedAt);
        if (version === 1) await store.events.noteIntent(eventId, decision);
        await store.events.putInForce(eventId, decision, from);
      });
    },
    meet: (call, ...met) => void fates.set(call, met),
    calls: () => log.map(({ call }) => call),
    sent: (wanted) => log.filter(({ call }) => call === wanted),
    told,
    tookMs: () => time.now() - begun,
  };
  return calm;
}

function callOf(name: string, input: CommandInput): Call {
  const plain = (_: string, value: unknown) => (typeof value === 'bigint' ? Number(value) : value);
  const text = name + JSON.stringify(input, plain);
  const found = Object.entries(CALLS).find(([, mark]) => mark.test(text));
  if (found === undefined) throw new Error(`Not a call of the store: ${text}`);
  return found[0] as Call; // The entries of CALLS have its keys.
}

function perform(cloud: Cloud, name: string, input: CommandInput, token: string): Promise<Output> {
  return new Promise((resolve) => {
    if (name === 'TransactWriteCommand') cloud.prepare(input, token).commit(() => resolve({}));
    if (name === 'TransactGetCommand') resolve(cloud.transactGet(input));
    if (name === 'BatchGetCommand') resolve(cloud.batchGet(input, Infinity));
    if (name === 'QueryCommand') resolve(cloud.query(input, Infinity));
    if (name === 'PutCommand') resolve(cloud.put(input));
    if (name === 'UpdateCommand') resolve(cloud.update(input));
    if (name === 'BatchExecuteStatementCommand') resolve(cloud.batchExecute(input, []));
  });
}
