import type { UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unavailable } from '../bets/errors.ts';
import type { Fence } from '../bets/event.ts';
import { retry } from '../bets/retry.ts';
import { batchesOf, type FencedEvent, type Fences } from '../bets/store.ts';
import { attemptUnless } from './failures.ts';
import { eventFenceKey, fenceItem, toInstant } from './items.ts';
import { batchGet, BUSY, type Item, MAX_ACTIONS, type Session, transactGet } from './session.ts';

/** Tries at writing to one fence while bets keep being written to it. */
const UPDATE_TRIES = { tries: 20, ...BUSY };

/** The table `fences`. */
export class FenceTable implements Fences {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  create: Fences['create'] = async (event, from) => {
    const creations = fenceKeys(event, from).map((Key) =>
      this.#update({
        Key,
        // Whatever became of the fence meanwhile stays.
        UpdateExpression: 'SET placed = if_not_exists(placed, :none)',
        ExpressionAttributeValues: { ':none': 0 },
      }),
    );
    await Promise.all(creations);
  };

  find: Fences['find'] = async (events) => {
    const keys = events.flatMap((event) => fenceKeys(event));
    return byEvent(events, await batchGet(this.#session, 'fences', keys));
  };

  findAtRest: Fences['findAtRest'] = async (events) => {
    const keys = events.flatMap((event) => fenceKeys(event).map((key) => ['fences', key] as const));
    const found = await Promise.all(
      batchesOf(keys, MAX_ACTIONS).map((some) => transactGet(this.#session, some)),
    );
    if (found.includes(undefined)) return undefined;
    const items = found.flat().filter((item) => item !== undefined);
    return byEvent(events, items);
  };

  /** Each by itself: a fence to which a bet is on its way is tried again. */
  close: Fences['close'] = async (event, closedAt) => {
    const closings = fenceKeys(event).map(async (Key) => {
      const closed = await this.#update({
        Key,
        UpdateExpression: 'SET closedAt = if_not_exists(closedAt, :closedAt)',
        ExpressionAttributeValues: { ':closedAt': toInstant(closedAt) },
        ReturnValues: 'ALL_NEW',
      });
      return toFence(closed.Attributes);
    });
    return Promise.all(closings);
  };

  markSwept: Fences['markSwept'] = async (behind, version) => {
    const marking = this.#update({
      Key: { eventFence: eventFenceKey(behind) },
      UpdateExpression: 'SET sweptVersion = :version',
      // Where it does not hold, another sweeper has marked the fence at this version or above.
      ConditionExpression: 'attribute_not_exists(sweptVersion) OR sweptVersion < :version',
      ExpressionAttributeValues: { ':version': version },
    });
    await attemptUnless('ConditionalCheckFailedException', marking);
  };

  /** One update, again while bets are being written to the fence. */
  async #update(input: Omit<UpdateCommandInput, 'TableName'>) {
    const { client, tables, options, wait } = this.#session;
    const command = new UpdateCommand({ TableName: tables.fences, ...input });
    const done = await retry(wait, UPDATE_TRIES, () =>
      attemptUnless('TransactionConflictException', client.send(command, options)),
    );
    if (done !== undefined) return done;
    throw unavailable(`A fence stayed busy for ${UPDATE_TRIES.tries} tries to write to it.`);
  }
}

const toFence = (item: unknown): Fence => fenceItem.parse(item);

/** The fences of each event among the items of theirs. */
function byEvent(events: readonly FencedEvent[], items: readonly Item[]): Map<string, Fence[]> {
  const owners = new Map(
    events.flatMap((event) => {
      return fenceKeys(event).map(({ eventFence }) => [eventFence, event.eventId] as const);
    }),
  );
  const found = Map.groupBy(items, ({ eventFence }) => owners.get(String(eventFence)) ?? '');
  return new Map(Array.from(found, ([eventId, own]) => [eventId, own.map(toFence)]));
}

function fenceKeys({ eventId, fences }: FencedEvent, from = 0): { eventFence: string }[] {
  const numbers = Array.from({ length: fences - from }, (_, index) => from + index);
  return numbers.map((fence) => ({ eventFence: eventFenceKey({ eventId, fence }) }));
}
