import type { QueryCommandInput, UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { type Activity, activityOf, type EventState } from '../bets/event.ts';
import type { BetStore } from '../bets/store.ts';
import { listedFromItem, toInstant } from './items.ts';
import { queryPage, type Session, updateIf } from './session.ts';

type EventListMethods = Pick<BetStore, 'listedEvents' | 'noteActivity'>;

/** The index `byState` of the table `events`. */
export function eventListMethods(session: Session): EventListMethods {
  return {
    noteActivity: activityNoter(session),
    listedEvents: async (state, before, limit, signal) => {
      const input = listedInState(session, state, before);
      const { items, end } = await queryPage(session, input, limit, signal);
      return { items: items.map(listedFromItem), end };
    },
  };
}

/** How long an event stays where its activity brought it, in milliseconds. */
const ACTIVITY_MS = 60_000;
/** Events whose activity a process remembers to have noted. */
const MAX_REMEMBERED = 10_000;
const NOT_LISTED = 'attribute_not_exists(activity)';
const QUIET_AND_OPEN = '#state = :open AND activity < :quiet';

/**
 * Notes an event's activity at most once a minute in each process, so that placing bets on a busy event
 * writes next to nothing to its item.
 */
function activityNoter(session: Session): EventListMethods['noteActivity'] {
  const notedAt = new Map<string, number>();
  return async (eventId, at, signal) => {
    const last = notedAt.get(eventId);
    if (last !== undefined && Math.abs(at - last) < ACTIVITY_MS) return;
    await updateIf(session, noteActivity(session, eventId, at), signal);
    // All are forgotten at once: that costs a write an event, and seldom.
    if (notedAt.size >= MAX_REMEMBERED) notedAt.clear();
    notedAt.set(eventId, at);
  };
}

function noteActivity({ tables }: Session, eventId: string, at: number): UpdateCommandInput {
  return {
    TableName: tables.events,
    Key: { eventId },
    UpdateExpression: 'SET #state = :open, activity = :activity',
    ConditionExpression: `${NOT_LISTED} OR ${QUIET_AND_OPEN}`,
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: {
      ':open': 'open' satisfies EventState,
      ':activity': activityOf(eventId, at),
      ':quiet': toInstant(at - ACTIVITY_MS),
    },
  };
}

function listedInState(
  { tables }: Session,
  state: EventState,
  before: Activity | undefined,
): QueryCommandInput {
  const inState = '#state = :state';
  return {
    TableName: tables.events,
    IndexName: 'byState',
    KeyConditionExpression: before === undefined ? inState : `${inState} AND activity < :before`,
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: {
      ':state': state,
      ...(before !== undefined && { ':before': before }),
    },
    ScanIndexForward: false,
  };
}
