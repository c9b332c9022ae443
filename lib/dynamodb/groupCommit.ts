import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Clock, Wait } from '../bets/context.ts';
import { untilAborted } from '../bets/context.ts';
import { batchesOf, type InsertResult, type Placement } from '../bets/store.ts';
import { isNamed, translateFailure } from './failures.ts';
import { type Attempt, insertionOf, MAX_ACTIONS } from './insertion.ts';
import type { Session } from './session.ts';

/** Bets in one transaction at most. */
const MAX_BETS = 48;
/** Transactions under way at once: while one is carried out, the next one is made. */
const MAX_UNDER_WAY = 2;
/** When a group is given up, in milliseconds: it is nobody's request and has its own deadline. */
const DEADLINE_MS = 8_000;

/** A bet that waits to be stored, and who waits for it. */
interface Waiting extends Attempt {
  resolve: (result: InsertResult) => void;
  reject: (error: unknown) => void;
  /** Nobody waits for it any more. */
  isGivenUp: () => boolean;
}

export interface GroupCommitOptions {
  clock: Pick<Clock, 'deadline'>;
  /** Evenly spread over [0, 1). */
  random: () => number;
}

/**
 * Stores bets in groups: those that come while transactions are under way go together in the next
 * one, first come first. A bet that comes alone leaves at once. When a group is cancelled, each bet
 * hears its own reason. Those that nothing speaks against go again before all others, among
 * themselves and in groups of half the size, so that a bet is alone after a few rounds and nobody
 * who sends bets that must fail can hold others up.
 */
export class GroupCommit {
  readonly #session: Pick<Session, 'client' | 'tables'>;
  readonly #options: GroupCommitOptions;
  /** Those who came and were in no group yet. */
  #queue: Waiting[] = [];
  /** Groups that go again. */
  readonly #again: Waiting[][] = [];
  /** Keys of bets in groups: one key is in one group at a time. */
  readonly #keys = new Set<string>();
  #underWay = 0;

  constructor(session: Pick<Session, 'client' | 'tables'>, options: GroupCommitOptions) {
    this.#session = session;
    this.#options = options;
  }

  /** Waits until the bet is stored or cannot be. A caller that gives up does not end its group. */
  async insert(placement: Placement, { signal }: Wait): Promise<InsertResult> {
    const { promise, resolve, reject } = Promise.withResolvers<InsertResult>();
    const isGivenUp = (): boolean => signal.aborted;
    this.#queue.push({ ...placement, resolve, reject, triedBefore: false, isGivenUp });
    this.#leave();
    return untilAborted(signal, promise);
  }

  #leave(): void {
    while (this.#underWay < MAX_UNDER_WAY) {
      const group = this.#again.shift() ?? this.#takeFromQueue();
      if (group.length === 0) return;
      this.#underWay += 1;
      void this.#commit(group);
    }
  }

  /** The next group: who cannot go in it keeps the place in the queue. */
  #takeFromQueue(): Waiting[] {
    const group: Waiting[] = [];
    const events = new Set<string>();
    const left: Waiting[] = [];
    let actions = 0;
    for (const [index, waiting] of this.#queue.entries()) {
      const { bet, record, isGivenUp } = waiting;
      const more = 1 + (events.has(bet.eventId) ? 0 : 1) + (record === undefined ? 0 : 1);
      if (group.length === MAX_BETS || actions + more > MAX_ACTIONS) {
        left.push(...this.#queue.slice(index));
        break;
      }
      if (isGivenUp()) continue;
      if (record !== undefined && this.#keys.has(record.key)) {
        left.push(waiting);
        continue;
      }
      if (record !== undefined) this.#keys.add(record.key);
      events.add(bet.eventId);
      actions += more;
      group.push(waiting);
    }
    this.#queue = left;
    return group;
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    const innocent: Waiting[] = [];
    try {
      const results = await this.#write(group);
      for (const [index, waiting] of group.entries()) {
        const result = results[index];
        if (result !== undefined) waiting.resolve(result);
        else if (!waiting.isGivenUp()) innocent.push({ ...waiting, triedBefore: true });
      }
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
    const staying = new Set(innocent.map(({ record }) => record?.key));
    for (const { record } of group) {
      if (record !== undefined && !staying.has(record.key)) this.#keys.delete(record.key);
    }
    this.#again.push(...batchesOf(innocent, Math.ceil(group.length / 2)));
    this.#underWay -= 1;
    this.#leave();
  }

  /** One transaction; undefined for each bet that may go again. */
  async #write(group: readonly Waiting[]): Promise<(InsertResult | undefined)[]> {
    const { client, tables } = this.#session;
    const { clock, random } = this.#options;
    const { input, resultsOf } = insertionOf(tables, group, random);
    using deadline = clock.deadline(DEADLINE_MS);
    try {
      // The SDK adds a client request token, so that its own retry of a lost reply is one write.
      await client.send(new TransactWriteCommand(input), { abortSignal: deadline.signal });
      return group.map(() => ({ kind: 'inserted' }));
    } catch (error) {
      if (isNamed(error, 'TransactionInProgressException')) {
        return group.map(() => ({ kind: 'contended' }));
      }
      if (!(error instanceof TransactionCanceledException)) throw translateFailure(error);
      const results = resultsOf(error.CancellationReasons ?? []);
      if (results === undefined) throw error;
      return results;
    }
  }
}
