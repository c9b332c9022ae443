import { AsyncLocalStorage } from 'node:async_hooks';
import {
  InternalServerError,
  ProvisionedThroughputExceededException,
  RequestLimitExceeded,
  ThrottlingException,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Cloud, CommandInput, Output, StatementFate } from './cloud.ts';
import type { Random } from './random.ts';
import { type Freeze, frozenMs, type VirtualTime } from './virtualTime.ts';

/** How likely each fault is, of 1; how long things take, in milliseconds. */
export interface Faults {
  requestLost: number;
  replyLost: number;
  /** Carried out long after the caller gave up. */
  appliedLate: number;
  duplicated: number;
  throttled: number;
  serverError: number;
  conflict: number;
  statementFails: number;
  keysUnprocessed: number;
  pageCut: number;
  /** A call that its process does not survive, with all the requests that it serves. */
  crash: number;
  latencyMs: number;
  lateMs: number;
  /** When nothing reaches the store at all, in milliseconds since the beginning. */
  outages: readonly Freeze[];
  /** When each server stands still: what it waits for comes when it goes on. */
  freezes: readonly (readonly Freeze[])[];
  /** A transaction that is under way, and cancelled in the end. */
  aborted: number;
  /** How long an item of a decided transaction may keep others waiting, in milliseconds. */
  commitStallMs: number;
  /** A read of an index that does not see what an earlier one saw. */
  indexGoesBack: number;
}

/** What runs a call: a request on a server, or a sweeper. */
export interface Caller {
  name: string;
  /** Batches of statements that it sent. */
  statements: number;
  /** When it sent the first and the last of them. */
  statementsAt: [first: number, last: number] | undefined;
}

/** A process: what it waits for comes no more when it has crashed. */
export interface Process {
  server: number;
  crashed: boolean;
  onCrash: () => void;
}

export const callers = new AsyncLocalStorage<Caller>();

export const NO_FAULTS: Faults = {
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
  lateMs: 0,
  outages: [],
  freezes: [],
  aborted: 0,
  commitStallMs: 0,
  indexGoesBack: 0,
};

const CALM: Faults = { ...NO_FAULTS, latencyMs: 10 };

/** What the SDK's client does around a call (standard retry mode; see lib/dynamodb/client.ts). */
const ATTEMPTS = 3;
const TIMEOUT_MS = 3_000;
const RETRY_BASE_MS = 50;
/** How long a transaction may be under way before it is cancelled. */
const ABORT_MS = 8_000;
/** Time for another operator to note an intent, or to close fences too. */
const INTERRUPTED_MS = 40;

type Answer = { output: Output } | { error: Error };

class SdkError extends Error {
  readonly code: string | undefined;

  constructor(name: string, code?: string) {
    super(`${name} ${code ?? ''}`);
    this.name = name;
    this.code = code;
  }
}

const BY_CHANCE = { $metadata: {}, message: 'by chance' };

export interface Network {
  clientOf(process: Process): DynamoDBDocumentClient;
  /** What goes wrong now, with its times since the schedule began. */
  faults(): Faults;
  /** Whether nothing goes wrong now. */
  isCalm(): boolean;
  /** From now on things go wrong by chance. */
  break(): void;
  /** From now on nothing goes wrong any more; what is on its way still arrives. */
  heal(): void;
  /** What happens while the next write that puts a result in force is on its way; or nothing. */
  duringNextResult(happens?: () => void): void;
}

/** The SDK's document client on a cloud behind a network, on which nothing goes wrong at first. */
export function createNetwork(
  cloud: Cloud,
  time: VirtualTime,
  random: Random,
  faults: Faults,
  trace: (line: string) => void,
): Network {
  let current = CALM;
  let tokens = 0;
  let interruption: (() => void) | undefined;
  const latency = (): number => 1 + random.next() * random.next() * current.latencyMs;

  const carryOut = (
    name: string,
    input: CommandInput,
    token: string,
    done: (answer: Answer) => void,
  ): void => {
    try {
      if (name === 'TransactWriteCommand') {
        if (random.chance(current.conflict)) throw conflictByChance(input, random);
        const { commit, abort } = cloud.prepare(input, token);
        if (random.chance(current.aborted)) {
          time.after(random.next() * ABORT_MS, () => {
            abort();
            done({ error: conflictByChance(input, random) });
          });
        } else time.after(latency() / 2, () => commit(() => done({ output: {} })));
      } else done({ output: carryOutAtOnce(name, input) });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      done({ error });
    }
  };

  const carryOutAtOnce = (name: string, input: CommandInput): Output => {
    switch (name) {
      case 'TransactGetCommand':
        return cloud.transactGet(input);
      case 'UpdateCommand':
        return cloud.update(input);
      case 'PutCommand':
        return cloud.put(input);
      case 'QueryCommand':
        return cloud.query(input, random.chance(current.pageCut) ? random.between(1, 4) : Infinity);
      case 'BatchGetCommand':
        return cloud.batchGet(
          backwards(input),
          random.chance(current.keysUnprocessed) ? random.between(0, 3) : Infinity,
        );
      case 'BatchExecuteStatementCommand':
        return cloud.batchExecute(input, statementFates(input));
      default:
        throw new Error(`The simulation has no ${name}`);
    }
  };

  const statementFates = ({ Statements = [] }: CommandInput): StatementFate[] =>
    Statements.map(() => {
      if (!random.chance(current.statementFails)) return undefined;
      const code = random.pick([
        'ThrottlingError',
        'InternalServerError',
        'TransactionConflict',
        'ProvisionedThroughputExceeded',
      ]);
      return { code, applied: code === 'InternalServerError' && random.chance(0.5) };
    });

  /** One attempt: what the caller hears, and when; the cloud may carry it out later, or twice. */
  const attempt = (name: string, input: CommandInput, token: string): Promise<Answer> =>
    new Promise((resolve) => {
      const arrive = (afterMs: number, done: (answer: Answer) => void): void => {
        const moreMs = putsInForce(input) ? interruptedMs() : 0;
        time.after(afterMs + moreMs, () => carryOut(name, input, token, done));
      };
      const unheard = (): void => {};
      let over = false;
      /** The first that comes counts. */
      const answerIn = (afterMs: number, answer: () => Answer): void =>
        time.after(afterMs, (): false | void => {
          if (over) return false;
          over = true;
          resolve(answer());
        });
      const reply = (answer: Answer): void => answerIn(latency(), () => answer);
      const timeOut = (): void => answerIn(TIMEOUT_MS, () => ({ error: timeout() }));
      const giveUp = (): void =>
        random.chance(0.5) ? reply({ error: new SdkError('Error', 'ECONNRESET') }) : timeOut();
      const isOut = current.outages.some(({ from, to }) => from <= time.now() && time.now() < to);
      if (isOut) return timeOut();
      if (random.chance(current.throttled)) return reply({ error: throttle() });
      if (random.chance(current.serverError)) {
        if (random.chance(0.5)) arrive(latency(), unheard);
        return reply({ error: new InternalServerError(BY_CHANCE) });
      }
      if (random.chance(current.requestLost)) return giveUp();
      if (random.chance(current.appliedLate)) {
        arrive(TIMEOUT_MS + random.next() * current.lateMs, unheard);
        return giveUp();
      }
      if (random.chance(current.replyLost)) {
        arrive(latency(), unheard);
        return giveUp();
      }
      if (random.chance(current.duplicated)) arrive(random.next() * current.lateMs, unheard);
      // Only a transaction may be under way for so long.
      if (name === 'TransactWriteCommand') timeOut();
      arrive(latency(), reply);
    });

  /** How much longer the write is on its way because of what happens meanwhile. */
  const interruptedMs = (): number => {
    const happens = interruption;
    if (happens === undefined) return 0;
    interruption = undefined;
    happens();
    return random.next() * INTERRUPTED_MS;
  };

  const timeout = (): Error => new SdkError('TimeoutError');
  const throttle = (): Error =>
    random.pick<Error>([
      new ProvisionedThroughputExceededException(BY_CHANCE),
      new ThrottlingException(BY_CHANCE),
      new RequestLimitExceeded(BY_CHANCE),
    ]);

  const send = async (process: Process, name: string, input: CommandInput): Promise<Output> => {
    // A group is nobody's call: its name is that of whoever came when it left.
    const caller = callers.getStore();
    tokens += 1;
    const token = `token-${tokens}`;
    if (caller !== undefined && name === 'BatchExecuteStatementCommand') {
      caller.statements += 1;
      caller.statementsAt = [caller.statementsAt?.[0] ?? time.now(), time.now()];
    }
    if (process.crashed || random.chance(current.crash)) await crash(process, name, input, token);
    for (let tries = 1; ; tries += 1) {
      const answer = await attempt(name, input, token);
      const heldMs = frozenMs(current.freezes[process.server] ?? [], time.now());
      if (heldMs > 0) await time.sleep(heldMs);
      if (process.crashed) await new Promise(() => {});
      trace(`${time.now().toFixed(1)} ${caller?.name ?? '-'} ${name} ${outcomeOf(answer)}`);
      if ('output' in answer) return answer.output;
      if (tries >= ATTEMPTS || !isRetried(answer.error)) throw answer.error;
      await time.sleep(random.next() * RETRY_BASE_MS * 2 ** tries);
    }
  };

  /** The process is gone, with this call on its way or not; nothing of it goes on. */
  const crash = async (
    process: Process,
    name: string,
    input: CommandInput,
    token: string,
  ): Promise<void> => {
    if (!process.crashed) {
      trace(`${time.now().toFixed(1)} a process of server ${process.server} crashes at ${name}`);
      if (random.chance(0.5)) void attempt(name, input, token);
      process.crashed = true;
      process.onCrash();
    }
    await new Promise(() => {});
  };

  const clientOf = (process: Process) => ({
    send: (
      command: { constructor: { name: string }; input: CommandInput },
      { abortSignal }: { abortSignal: AbortSignal },
    ) => abortable(() => send(process, command.constructor.name, command.input), abortSignal),
  });
  return {
    clientOf: (process) => clientOf(process) as unknown as DynamoDBDocumentClient, // Only `send`.
    faults: () => current,
    isCalm: () => current === CALM,
    break: () => {
      const since = (times: readonly Freeze[]): Freeze[] =>
        times.map(({ from, to }) => ({ from: from + time.now(), to: to + time.now() }));
      current = { ...faults, outages: since(faults.outages), freezes: faults.freezes.map(since) };
    },
    heal: () => {
      current = CALM;
    },
    duringNextResult: (happens) => void (interruption = happens),
  };
}

function putsInForce({ UpdateExpression = '' }: CommandInput): boolean {
  return UpdateExpression.startsWith('SET outcome');
}

/** What is asked for together comes in no order: here, the last comes first. */
function backwards({ RequestItems = {} }: CommandInput): CommandInput {
  const entries = Object.entries(RequestItems).map(([name, request]) => {
    return [name, { ...request, Keys: request.Keys.toReversed() }];
  });
  return { RequestItems: Object.fromEntries(entries) };
}

/**
 * A transaction meets another one that the schedule does not contain, at one of its items or at
 * several, or a partition that is too busy.
 */
function conflictByChance({ TransactItems = [] }: CommandInput, random: Random): Error {
  const met = random.between(0, TransactItems.length - 1);
  const others = random.pick([0, 0, 0.3]);
  const code = random.pick([
    'TransactionConflict',
    'TransactionConflict',
    'ThrottlingError',
    'ProvisionedThroughputExceeded',
  ]);
  const CancellationReasons = TransactItems.map((_, index) => ({
    Code: index === met || random.chance(others) ? code : 'None',
  }));
  return new TransactionCanceledException({ ...BY_CHANCE, CancellationReasons });
}

function outcomeOf(answer: Answer): string {
  return 'output' in answer ? 'ok' : `${answer.error.name} ${answer.error.message}`.trim();
}

const RETRIED = new Set([
  'InternalServerError',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'TimeoutError',
  'TransactionInProgressException',
]);

function isRetried(error: Error & { code?: unknown }): boolean {
  return RETRIED.has(error.name) || error.code === 'ECONNRESET';
}

/** Like the SDK: nothing is sent when the signal has aborted before. */
export async function abortable<Result>(
  call: () => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  if (signal.aborted) throw new SdkError('AbortError');
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(new SdkError('AbortError'));
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([call(), aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
