import type { UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unavailable } from '../bets/errors.ts';
import { FENCES_PER_EVENT } from '../bets/event.ts';
import { retry } from '../bets/retry.ts';
import type { Fences } from '../bets/store.ts';
import { attemptUnless } from './failures.ts';
import { eventFenceKey, fenceItem, toInstant } from './items.ts';
import { batchGet, BUSY, type Session } from './session.ts';

/** Tries at writing to one fence while bets keep being written to it. */
const UPDATE_TRIES = { tries: 20, ...BUSY };

/** The table `fences`. */
export class FenceTable implements Fences {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  find: Fences['find'] = async (eventId) => {
    const items = await batchGet(this.#session, 'fences', fenceKeys(eventId));
    return items.map((item) => fenceItem.parse(item));
  };

  /** All in one transaction: 64 fit into its 100 items. A fence that conflicts leaves all open. */
  close: Fences['close'] = async (eventId, closedAt) => {
    const { client, tables, options } = this.#session;
    const closings = fenceKeys(eventId).map((Key) => ({
      TableName: tables.fences,
      Key,
      UpdateExpression: 'SET closedAt = if_not_exists(closedAt, :closedAt)',
      ExpressionAttributeValues: { ':closedAt': toInstant(closedAt) },
    }));
    const TransactItems = closings.map((Update) => ({ Update }));
    const command = new TransactWriteCommand({ TransactItems });
    const closing = client.send(command, options);
    const closed = await attemptUnless('TransactionCanceledException', closing);
    if (closed === undefined) await Promise.all(closings.map((update) => this.#update(update)));
  };

  markSwept: Fences['markSwept'] = async (behind, version) => {
    const marking = this.#update({
      TableName: this.#session.tables.fences,
      Key: { eventFence: eventFenceKey(behind) },
      UpdateExpression: 'SET sweptVersion = :version',
      // Where it does not hold, another sweeper has marked the fence at this version or above.
      ConditionExpression: 'attribute_not_exists(sweptVersion) OR sweptVersion < :version',
      ExpressionAttributeValues: { ':version': version },
    });
    await attemptUnless('ConditionalCheckFailedException', marking);
  };

  /** One update, again while bets are being written to the fence. */
  async #update(input: UpdateCommandInput): Promise<void> {
    const { client, options, wait } = this.#session;
    const done = await retry(wait, UPDATE_TRIES, () =>
      attemptUnless('TransactionConflictException', client.send(new UpdateCommand(input), options)),
    );
    if (done !== undefined) return;
    throw unavailable(`A fence stayed busy for ${UPDATE_TRIES.tries} tries to write to it.`);
  }
}

function fenceKeys(eventId: string): { eventFence: string }[] {
  const fences = Array.from({ length: FENCES_PER_EVENT }, (_, fence) => ({ eventId, fence }));
  return fences.map((fence) => ({ eventFence: eventFenceKey(fence) }));
}
