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
import { attempt, batchGet, pause, type Session } from './session.ts';

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

/** Tries at closing one fence while bets keep being written to it. */
const CLOSE_TRIES = 20;

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
    await Promise.all(closings.map((update) => closeOne(session, update, signal)));
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

async function closeOne(
  session: Session,
  update: UpdateCommandInput,
  signal: AbortSignal,
): Promise<void> {
  for (let tries = 1; tries <= CLOSE_TRIES; tries += 1) {
    try {
      await session.client.send(new UpdateCommand(update), { abortSignal: signal });
      return;
    } catch (error) {
      const conflict = error instanceof Error && error.name === 'TransactionConflictException';
      if (!conflict) throw translateFailure(error);
    }
    await pause(session, tries, signal);
  }
  throw unavailable(`A fence stayed busy for ${CLOSE_TRIES} tries to close it.`);
}

async function markSwept(
  session: Session,
  eventFence: string,
  version: number,
  signal: AbortSignal,
): Promise<void> {
  const command = new UpdateCommand({
    TableName: session.tables.fences,
    Key: { eventFence },
    UpdateExpression: 'SET sweptVersion = :version',
    ConditionExpression: 'attribute_not_exists(sweptVersion) OR sweptVersion < :version',
    ExpressionAttributeValues: { ':version': version },
  });
  const sent = session.client.send(command, { abortSignal: signal }).catch((error: unknown) => {
    // Another sweeper has marked it with this version or a later one.
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  });
  await attempt(sent);
}
