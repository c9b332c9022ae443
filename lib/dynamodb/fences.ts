import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import {
  TransactWriteCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { unavailable } from '../bets/errors.ts';
import { type Fence, FENCES_PER_EVENT } from '../bets/event.ts';
import { retry } from '../bets/retry.ts';
import type { BetsBehindFence, Fences } from '../bets/store.ts';
import { isNamed, translateFailure } from './failures.ts';
import { eventFenceKey, fenceItem, toInstant } from './items.ts';
import { batchGet, BUSY_BACKOFF, type Session } from './session.ts';

/** Tries at writing to one fence while bets keep being written to it. */
const UPDATE_TRIES = { tries: 20, ...BUSY_BACKOFF };

/** The table `fences`. */
export class FenceTable implements Fences {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async find(eventId: string): Promise<Fence[]> {
    const items = await batchGet(this.#session, 'fences', fenceKeys(eventId));
    return items.map((item) => fenceItem.parse(item));
  }

  /** In one transaction: 64 fences fit into its 100 items. A conflict of one leaves all open. */
  async close(eventId: string, closedAt: number): Promise<void> {
    const { client, tables, options } = this.#session;
    const closings = fenceKeys(eventId).map((Key) => ({
      TableName: tables.fences,
      Key,
      UpdateExpression: 'SET closedAt = if_not_exists(closedAt, :closedAt)',
      ExpressionAttributeValues: { ':closedAt': toInstant(closedAt) },
    }));
    const TransactItems = closings.map((Update) => ({ Update }));
    try {
      await client.send(new TransactWriteCommand({ TransactItems }), options);
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw translateFailure(error);
      await Promise.all(closings.map((update) => this.#update(update)));
    }
  }

  markSwept(behind: BetsBehindFence, version: number): Promise<void> {
    return this.#update({
      TableName: this.#session.tables.fences,
      Key: { eventFence: eventFenceKey(behind) },
      UpdateExpression: 'SET sweptVersion = :version',
      // Where it does not hold, another sweeper has marked the fence with this version or later.
      ConditionExpression: 'attribute_not_exists(sweptVersion) OR sweptVersion < :version',
      ExpressionAttributeValues: { ':version': version },
    });
  }

  /** One update, again while bets are being written to the fence. */
  async #update(update: UpdateCommandInput): Promise<void> {
    const { client, options, wait } = this.#session;
    const done = await retry(wait, UPDATE_TRIES, async () => {
      try {
        await client.send(new UpdateCommand(update), options);
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return true;
        if (isNamed(error, 'TransactionConflictException')) return undefined;
        throw translateFailure(error);
      }
    });
    if (done) return;
    throw unavailable(`A fence stayed busy for ${UPDATE_TRIES.tries} tries to write to it.`);
  }
}

function fenceKeys(eventId: string): { eventFence: string }[] {
  return Array.from({ length: FENCES_PER_EVENT }, (_, fence) => ({
    eventFence: eventFenceKey({ eventId, fence }),
  }));
}
