import { v7 } from 'uuid';
import { admit, widen } from '../../lib/bets/knownEvents.ts';
import { readConfig } from '../../lib/config.ts';
import { getBet } from '../../lib/http/calls/getBet.ts';
import { getEvent } from '../../lib/http/calls/getEvent.ts';
import { listBets } from '../../lib/http/calls/listBets.ts';
import { listEvents } from '../../lib/http/calls/listEvents.ts';
import { placeBet } from '../../lib/http/calls/placeBet.ts';
import { settleEvent } from '../../lib/http/calls/settleEvent.ts';
import { createHandler, type Invocation } from '../../lib/http/handler.ts';
import type { HttpResponse } from '../../lib/http/problems.ts';
import { createLogger } from '../../lib/logger.ts';
import { resume } from '../../lib/resumer.ts';
import { createService, type Service } from '../../lib/service.ts';
import { apiEvent, type Sent } from '../support/apiEvent.ts';
import { silentObserver } from '../support/observers.ts';
import { type Cloud, createCloud } from './cloud.ts';
import type { Item } from './expressions.ts';
import { createLedger, type Ledger } from './ledger.ts';
import {
  type Caller,
  callers,
  createNetwork,
  type Faults,
  type Network,
  type Process,
} from './network.ts';
import type { Random } from './random.ts';
import { createVirtualTime, frozenWithin, serverClock, type VirtualTime } from './virtualTime.ts';

/** The beginning of every schedule: 2026-11-22T12:00:00Z. */
const EPOCH = 1_795_348_800_000;
/** How long a client waits for an answer, in milliseconds: longer than any request may take. */
const CLIENT_PATIENCE_MS = 12_000;
/** How long a run of the resumer may take, in milliseconds. */
const RUN_MS = 60_000;
const CONFIG = readConfig({ TABLE_PREFIX: 'simulated-', LOG_LEVEL: 'SILENT' });
/** Schedules start thousands of processes, and to make a logger takes as long as a few requests. */
const LOGGER = createLogger(CONFIG.logLevel);

export interface WorldOptions {
  faults: Faults;
  /** How long a write to a bet or to an event takes to reach its indexes, in milliseconds. */
  indexLagMs: { bets: number; events: number };
  /** How far each server's clock is off, in milliseconds. */
  skewsMs: readonly number[];
  /** The first servers are Lambdas: each of their processes serves one request at a time. */
  lambdas: number;
  /** How likely a call to a Lambda meets a process that has just started. */
  coldStarts: number;
  /** While things go wrong, bets go to this many of an event's fences, as far as it has them. */
  fences: number;
  /** How likely a bet goes to the first of them then. */
  hotFence: number;
  /** Bets lie in this many of the history's shards. */
  shards: number;
}

/** Without Lambda's own deadline, which Middy would tell in real time. */
const INVOCATION = {} as Invocation; // Middy takes one that does not know its time.

function handlersOf(service: Service) {
  return {
    getBet: createHandler(getBet, service),
    getEvent: createHandler(getEvent, service),
    listBets: createHandler(listBets, service),
    listEvents: createHandler(listEvents, service),
    placeBet: createHandler(placeBet, service),
    settleEvent: createHandler(settleEvent, service),
  };
}
/** What clients may call. */
export type Route = keyof ReturnType<typeof handlersOf>;

/** An answer and what it took. */
export interface Called {
  response: HttpResponse;
  /** Batches of statements that it sent, and for how long it went on sending them. */
  statements: number;
  sweptMs: number;
  tookMs: number;
}

export interface World {
  time: VirtualTime;
  cloud: Cloud;
  network: Network;
  /** What is stored, for those who look behind the API. */
  ledger: Ledger;
  /** Calls a handler on some server; undefined when no answer comes. */
  call(route: Route, sent: Sent): Promise<Called | undefined>;
  /** One run of the resumer, however it ends; how long it took, if it ended by itself. */
  resume(server: number): Promise<number>;
  /** Gives an event as many fences as a crowd brings about. */
  widen(event: string): Promise<void>;
  /** Remembers what is stored; the function brings it back while the servers live on. */
  backUp(): () => void;
}

/** Servers that run the real handlers on a simulated cloud. */
export function createWorld(
  random: Random,
  options: WorldOptions,
  onWrite: (ledger: Ledger, table: string, before: Item | undefined, after: Item) => void,
  trace: (line: string) => void,
): World {
  const time = createVirtualTime();
  const ledger = createLedger();
  const cloud = createCloud({
    tablePrefix: CONFIG.tablePrefix,
    indexLagMs: (table) => {
      const { bets, events } = options.indexLagMs;
      return random.next() * random.next() * (table === 'bets' ? bets : events);
    },
    after: time.after,
    stale: () => random.chance(0.5),
    indexGoesBack: () => {
      const { indexGoesBack } = network.faults();
      return indexGoesBack > 0 && random.chance(indexGoesBack);
    },
    commitMs: () => random.next() * (random.chance(0.2) ? network.faults().commitStallMs : 5),
    now: time.now,
    onWrite: (table, before, after) => {
      ledger.note(table, before, after);
      onWrite(ledger, table, before, after);
    },
  });
  const network = createNetwork(cloud, time, random, options.faults, trace);
  let decisions = 0;
  // One source draws fences and pauses: its values are few, one a fence, and far apart.
  const shift = random.next();
  const drawFence = (): number =>
    random.chance(options.hotFence) ? 0 : random.between(0, options.fences - 1);
  const newBetId = (placedAt: number): string => {
    const bytes = Uint8Array.from({ length: 16 }, () => random.between(0, 255));
    // The last digit is the shard.
    bytes[15] = random.between(0, options.shards - 1);
    return v7({ msecs: placedAt, random: bytes });
  };
  /** A process begins with an empty memory, and dies with all that it serves. */
  const startProcess = (server: number) => {
    const freezes = () => network.faults().freezes[server] ?? [];
    const serving = new Set<() => void>();
    const onCrash = (): void => {
      for (const giveUp of serving) time.after(CLIENT_PATIENCE_MS, giveUp);
    };
    const process: Process = { server, crashed: false, onCrash };
    const service = createService(CONFIG, {
      client: network.clientOf(process),
      clock: serverClock(time, EPOCH + (options.skewsMs[server] ?? 0), freezes),
      observer: silentObserver,
      logger: LOGGER,
      newBetId,
      newDecisionId: () => `decision-${(decisions += 1)}`,
      // At rest nobody is unlucky all the time: what still fails then has another cause.
      random: () => (network.isCalm() ? random.next() : (drawFence() + shift) / options.fences),
    });
    const activeMs = (from: number, to: number): number =>
      to - from - frozenWithin(freezes(), from, to);
    const isLambda = server < options.lambdas;
    const isFree = (): boolean => !process.crashed && !(isLambda && serving.size > 0);
    return { process, service, handlers: handlersOf(service), serving, activeMs, isFree };
  };
  type Running = ReturnType<typeof startProcess>;
  const running = options.skewsMs.map((): Running[] => []);
  /** A process that is free, or else a new one. */
  const processOf = (number: number): Running => {
    const server = number % running.length;
    const alive = running[server]?.filter(({ process }) => !process.crashed) ?? [];
    const isCold = server < options.lambdas && random.chance(options.coldStarts);
    const free = isCold ? undefined : alive.find(({ isFree }) => isFree());
    if (free !== undefined) return free;
    const started = startProcess(server);
    // Where one starts cold, those that were free are gone.
    running[server] = [...alive.filter(({ isFree }) => !isFree()), started];
    return started;
  };

  let calls = 0;
  const run = <Result>(
    name: string,
    server: number,
    task: (running: Running) => Promise<Result>,
  ): Promise<Result | undefined> => {
    calls += 1;
    const { promise: noAnswer, resolve } = Promise.withResolvers<undefined>();
    const giveUp = (): void => resolve(undefined);
    const serves = processOf(server);
    const caller: Caller = {
      name: `${name}-${calls}@${serves.process.server}`,
      statements: 0,
      statementsAt: undefined,
    };
    const note = (what: string): void => trace(`${time.now().toFixed(1)} ${caller.name} ${what}`);
    serves.serving.add(giveUp);
    return callers.run(caller, async () => {
      try {
        const result = await Promise.race([task(serves), noAnswer]);
        note(result === undefined ? 'gives no answer' : JSON.stringify(result));
        return result;
      } catch (error) {
        note(String(error));
        return undefined;
      } finally {
        serves.serving.delete(giveUp);
      }
    });
  };

  return {
    time,
    cloud,
    network,
    ledger,
    backUp: () => {
      const restore = cloud.backUp();
      return () => {
        restore();
        ledger.clear();
        for (const table of ['bets', 'fences', 'events'] as const) {
          for (const item of cloud.all(table)) ledger.note(table, undefined, item);
        }
      };
    },
    call: (route, sent) => {
      const server = random.between(0, options.skewsMs.length - 1);
      return run(route, server, async ({ handlers, activeMs }) => {
        const begun = time.now();
        const response = await handlers[route](apiEvent(sent), INVOCATION);
        const { statements = 0, statementsAt = [0, 0] as const } = callers.getStore() ?? {};
        const sweptMs = activeMs(...statementsAt);
        return { response, statements, sweptMs, tookMs: activeMs(begun, time.now()) };
      });
    },
    resume: async (number) => {
      const begun = time.now();
      let tookMs = 0;
      await run('resume', number, ({ service, activeMs }) => {
        const end = (): void => void (tookMs = activeMs(begun, time.now()));
        return resume(service, 'resumer', RUN_MS).finally(end);
      });
      return tookMs;
    },
    widen: async (event) => {
      await processOf(0).service.within(RUN_MS, async (context) => {
        for (let fences = await admit(context, event, context.now(), false); fences > 0;) {
          await widen(context, { eventId: event, fences });
          const now = context.known.get(event) ?? 0;
          fences = now > fences ? now : 0;
        }
      });
    },
  };
}
