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
import { FENCES_PER_EVENT } from '../bets/event.ts';
import type { BetStore } from '../bets/store.ts';
import { translateFailure } from './failures.ts';
import { eventFenceKey, fenceFromItem, toInstant } from './items.ts';
import { batchGet, pause, type Session } from './session.ts';

type FenceMethods = Pick<BetStore, 'findFences' | 'closeFences' | 'markFenceSwept'>;

/** The table `fences`. */
export function fenceMethods(session: Session): FenceMethods {
  return {
    findFences: async (eventId, signal) => {
      const items = await batchGet(session, 'fences', fenceKeys(eventId), signal);
      return items.map(fenceFromItem);
    },
    closeFences: (eventId, closedAt, signal) => closeFences(session, eventId, closedAt, signal),
    markFenceSwept: (behind, version, signal) =>
      markSwept(session, eventFenceKey(behind), version, signal),
  };
}

function fenceKeys(eventId: string): { eventFence: string }[] {
  return Array.from({ length: FENCES_PER_EVENT }, (_, fence) => ({
    eventFence: eventFenceKey({ eventId, fence }),
  }));
}

/** Tries at writing to one fence while bets keep being written to it. */
const UPDATE_TRIES = 20;

/** All fences in one transaction: 64 fit into its 100 items. One that conflicts leaves all open. */
async function closeFences(
  session: Session,
  eventId: string,
  closedAt: number,
  signal: AbortSignal,
): Promise<void> {
  const closings = fenceKeys(eventId).map((key) => closing(session, key, toInstant(closedAt)));
  const command = new TransactWriteCommand({
    TransactItems: closings.map((update) => ({ Update: update })),
  });
  try {
    await session.client.send(command, { abortSignal: signal });
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw translateFailure(error);
    await Promise.all(closings.map((update) => updateOne(session, update, signal)));
  }
}

function closing({ tables }: Session, Key: { eventFence: string }, closedAt: string) {
  return {
    TableName: tables.fences,
    Key,
    UpdateExpression: 'SET closedAt = if_not_exists(closedAt, :closedAt)',
    ExpressionAttributeValues: { ':closedAt': closedAt },
  } satisfies UpdateCommandInput;
}

/** One update, again while bets are being written to the fence. */
async function updateOne(
  session: Session,
  update: UpdateCommandInput,
  signal: AbortSignal,
): Promise<void> {
  for (let tries = 1; tries <= UPDATE_TRIES; tries += 1) {
    try {
      await session.client.send(new UpdateCommand(update), { abortSignal: signal });
      return;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return;
      const conflict = error instanceof Error && error.name === 'TransactionConflictException';
      if (!conflict) throw translateFailure(error);
    }
    await pause(session, tries, signal);
  }
  throw unavailable(`A fence stayed busy for ${UPDATE_TRIES} tries to write to it.`);
}

function markSwept(
  session: Session,
  eventFence: string,
  version: number,
  signal: AbortSignal,
): Promise<void> {
  const update = {
    TableName: session.tables.fences,
    Key: { eventFence },
    UpdateExpression: 'SET sweptVersion = :version',
    // Where it does not hold, another sweeper has marked the fence with this version or a later one.
    ConditionExpression: 'attribute_not_exists(sweptVersion) OR sweptVersion < :version',
    ExpressionAttributeValues: { ':version': version },
  };
  return updateOne(session, update, signal);
}
