import { GetCommand, QueryCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import {
  activityOf,
  type Decision,
  type EventRecord,
  type Settlement,
  type SettlementState,
} from '../bets/event.ts';
import type { BetStore, UnfinishedEvent } from '../bets/store.ts';
import {
  eventFromItem,
  itemFromDecision,
  itemFromVerdict,
  resultFromItem,
  settlementFromItem,
  toInstant,
  unfinishedFromItem,
} from './items.ts';
import { attempt, batchGet, type Session, updateIf } from './session.ts';

type EventMethods = Pick<
  BetStore,
  | 'findEvent'
  | 'findEvents'
  | 'findResults'
  | 'noteIntent'
  | 'putInForce'
  | 'finishSettlement'
  | 'unfinishedEvents'
>;

/** The table `events`: what is known of each, and whose settlement goes on. */
export function eventMethods(session: Session): EventMethods {
  return {
    findEvent: (eventId, signal) => findEvent(session, eventId, signal),
    findEvents: async (eventIds, signal) => {
      const keys = eventIds.map((eventId) => ({ eventId }));
      const items = await batchGet(session, 'events', keys, signal);
      return items.map(eventFromItem);
    },
    findResults: async (eventIds, signal) => {
      const keys = eventIds.map((eventId) => ({ eventId }));
      const projection = { ProjectionExpression: 'eventId, outcome, decidedAt' };
      const items = await batchGet(session, 'events', keys, signal, projection);
      return new Map(items.flatMap((item) => [resultFromItem(item)].filter((entry) => !!entry)));
    },
    noteIntent: async (eventId, intent, signal) => {
      const noted = await updateIf(session, noteIntent(session, eventId, intent), signal);
      return noted !== undefined;
    },
    putInForce: async (eventId, decision, from, signal) => {
      const update = putInForce(session, eventId, decision, from);
      const output = await updateIf(session, update, signal);
      return output && settlementFromItem(output.Attributes);
    },
    finishSettlement: async (eventId, version, signal) => {
      await updateIf(session, finishSettlement(session, eventId, version), signal);
    },
    unfinishedEvents: (limit, signal) => unfinishedEvents(session, limit, signal),
  };
}

const UNFINISHED = '1';
const NO_RESULT = 'attribute_not_exists(version)';
const AT_VERSION = 'version = :from';

async function findEvent(
  { client, tables }: Session,
  eventId: string,
  signal: AbortSignal,
): Promise<EventRecord | undefined> {
  const command = new GetCommand({
    TableName: tables.events,
    Key: { eventId },
    ConsistentRead: true,
  });
  const { Item: item } = await attempt(client.send(command, { abortSignal: signal }));
  return item && eventFromItem(item);
}

function noteIntent({ tables }: Session, eventId: string, intent: Decision): UpdateCommandInput {
  return {
    TableName: tables.events,
    Key: { eventId },
    UpdateExpression: 'SET intent = :intent, unfinished = :unfinished, unfinishedSince = :since',
    ConditionExpression: NO_RESULT,
    ExpressionAttributeValues: {
      ':intent': itemFromDecision(intent),
      ':unfinished': UNFINISHED,
      ':since': toInstant(intent.decidedAt),
    },
  };
}

function putInForce(
  { tables }: Session,
  eventId: string,
  decision: Decision,
  from: Pick<Settlement, 'version' | 'bets' | 'stakedMinor'>,
): UpdateCommandInput {
  const decidedAt = toInstant(decision.decidedAt);
  const goesOn = from.bets > 0;
  const state: SettlementState = goesOn ? 'settling' : 'settled';
  const result =
    'SET outcome = :outcome, decidedAt = :decidedAt, version = :version, #state = :state, ' +
    'activity = :activity, bets = :bets, stakedMinor = :staked, history = list_append(if_not_exists(history, :none), :verdict)';
  const version = from.version + 1;
  return {
    TableName: tables.events,
    Key: { eventId },
    UpdateExpression: goesOn
      ? `${result}, unfinished = :unfinished, unfinishedSince = :decidedAt REMOVE intent`
      : `${result} REMOVE intent, unfinished, unfinishedSince`,
    ConditionExpression: from.version === 0 ? NO_RESULT : AT_VERSION,
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: {
      ':outcome': decision.outcome,
      ':decidedAt': decidedAt,
      ':version': version,
      ':state': state,
      ':activity': activityOf(eventId, decision.decidedAt),
      ':bets': from.bets,
      ':staked': from.stakedMinor,
      ':none': [],
      ':verdict': [itemFromVerdict({ ...decision, version })],
      ...(goesOn && { ':unfinished': UNFINISHED }),
      ...(from.version > 0 && { ':from': from.version }),
    },
    ReturnValues: 'ALL_NEW',
  };
}

function finishSettlement(
  { tables }: Session,
  eventId: string,
  version: number,
): UpdateCommandInput {
  return {
    TableName: tables.events,
    Key: { eventId },
    UpdateExpression: 'SET #state = :settled REMOVE unfinished, unfinishedSince',
    ConditionExpression: AT_VERSION,
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: {
      ':settled': 'settled' satisfies SettlementState,
      ':from': version,
    },
  };
}

async function unfinishedEvents(
  { client, tables }: Session,
  limit: number,
  signal: AbortSignal,
): Promise<UnfinishedEvent[]> {
  const command = new QueryCommand({
    TableName: tables.events,
    IndexName: 'unfinished',
    KeyConditionExpression: 'unfinished = :unfinished',
    ExpressionAttributeValues: { ':unfinished': UNFINISHED },
    Limit: limit,
  });
  // One page is enough: what it does not show, the next run will.
  const { Items = [] } = await attempt(client.send(command, { abortSignal: signal }));
  return Items.map(unfinishedFromItem);
}
