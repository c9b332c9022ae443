import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { Clock, Wait } from '../bets/context.ts';
import { untilAborted } from '../bets/context.ts';
import { batchesOf, type InsertResult, type Placement } from '../bets/store.ts';
import { isNamed, translateFailure } from './failures.ts';
import { type Attempt, insertionOf } from './insertion.ts';
import { eventFenceKey } from './items.ts';
import { MAX_ACTIONS, type Session } from './session.ts';

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

/** Bets for one transaction, and behind which fence of each event they go. */
interface Group {
  bets: readonly Waiting[];
  fenceOf: ReadonlyMap<string, number | undefined>;
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
 * who sends bets that must fail can hold others up. Two groups never write to one fence at once:
 * they would cancel each other.
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
  /** Fences that are being written to. */
  readonly #fences = new Set<string>();
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
    // Else it changes nothing for those before it, and a crowd would look at all of them each time.
    if (this.#freeFence(placement.bet.eventId, placement.fences) !== undefined) this.#leave();
    return untilAborted(signal, promise);
  }

  #leave(): void {
    while (this.#underWay < MAX_UNDER_WAY) {
      const group = this.#again.length > 0 ? this.#goAgain() : this.#takeFromQueue();
      if (group.bets.length === 0) return;
      this.#underWay += 1;
      void this.#commit(group);
    }
  }

  /** The group that is to go again; nobody while one of its fences is being written to. */
  #goAgain(): Group {
    const [bets = []] = this.#again;
    const fenceOf = new Map<string, number>();
    for (const { bet, fences } of bets) {
      const fence = fenceOf.get(bet.eventId) ?? this.#freeFence(bet.eventId, fences);
      if (fence === undefined) return { bets: [], fenceOf };
      fenceOf.set(bet.eventId, fence);
    }
    this.#again.shift();
    return { bets, fenceOf };
  }

  /** The next group: who cannot go in it keeps the place in the queue. */
  #takeFromQueue(): Group {
    const bets: Waiting[] = [];
    const fenceOf = new Map<string, number | undefined>();
    const left: Waiting[] = [];
    let actions = 0;
    for (const [index, waiting] of this.#queue.entries()) {
      const { record, fences, isGivenUp } = waiting;
      const { eventId } = waiting.bet;
      const isFirst = !fenceOf.has(eventId);
      const more = 1 + (isFirst ? 1 : 0) + (record === undefined ? 0 : 1);
      if (actions + more > MAX_ACTIONS) {
        left.push(...this.#queue.slice(index));
        break;
      }
      if (isGivenUp()) continue;
      const isKeyFree = record === undefined || !this.#keys.has(record.key);
      if (isKeyFree && isFirst) fenceOf.set(eventId, this.#freeFence(eventId, fences));
      if (!isKeyFree || fenceOf.get(eventId) === undefined) {
        left.push(waiting);
        continue;
      }
      if (record !== undefined) this.#keys.add(record.key);
      actions += more;
      bets.push(waiting);
    }
    this.#queue = left;
    return { bets, fenceOf };
  }

  /** Any fence that no group writes to. */
  #freeFence(eventId: string, fences: number): number | undefined {
    const first = Math.floor(this.#options.random() * fences);
    // Only a group that is under way can hold one.
    for (let index = 0; index < Math.min(fences, MAX_UNDER_WAY); index += 1) {
      const fence = (first + index) % fences;
      if (!this.#fences.has(eventFenceKey({ eventId, fence }))) return fence;
    }
    return undefined;
  }

  async #commit({ bets, fenceOf }: Group): Promise<void> {
    const fences = [...new Set(bets.map(({ bet }) => bet.eventId))].map((eventId) => {
      return eventFenceKey({ eventId, fence: fenceOf.get(eventId) ?? 0 });
    });
    for (const fence of fences) this.#fences.add(fence);
    const innocent: Waiting[] = [];
    try {
      const results = await this.#write(bets, fenceOf);
      for (const [index, waiting] of bets.entries()) {
        const result = results[index];
        if (result !== undefined) waiting.resolve(result);
        else if (!waiting.isGivenUp()) innocent.push({ ...waiting, triedBefore: true });
      }
    } catch (error) {
      for (const { reject } of bets) reject(error);
    }
    for (const fence of fences) this.#fences.delete(fence);
    const staying = new Set(innocent.map(({ record }) => record?.key));
    for (const { record } of bets) {
      if (record !== undefined && !staying.has(record.key)) this.#keys.delete(record.key);
    }
    this.#again.push(...batchesOf(innocent, Math.ceil(bets.length / 2)));
    this.#underWay -= 1;
    this.#leave();
  }

  /** One transaction; undefined for each bet that may go again. */
  async #write(
    bets: Group['bets'],
    fenceOf: Group['fenceOf'],
  ): Promise<(InsertResult | undefined)[]> {
    const { client, tables } = this.#session;
    const { input, resultsOf } = insertionOf(tables, bets, fenceOf);
    using deadline = this.#options.clock.deadline(DEADLINE_MS);
    try {
      // The SDK adds a client request token, so that its own retry of a lost reply is one write.
      await client.send(new TransactWriteCommand(input), { abortSignal: deadline.signal });
      return bets.map(() => ({ kind: 'inserted' }));
    } catch (error) {
      if (isNamed(error, 'TransactionInProgressException')) {
        return bets.map(() => ({ kind: 'contended' }));
      }
      if (!(error instanceof TransactionCanceledException)) throw translateFailure(error);
      const results = resultsOf(error.CancellationReasons ?? []);
      if (results === undefined) throw error;
      return results;
    }
  }
}
