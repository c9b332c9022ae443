import { QueryCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { activityOf, type EventState, type SettlementState } from '../bets/event.ts';
import type { Events } from '../bets/store.ts';
import { attempt } from './failures.ts';
import * as items from './items.ts';
import { batchGet, queryPage, type Session, updateIf } from './session.ts';

const UNFINISHED = '1';
const SETTLED: SettlementState = 'settled';
const NO_RESULT = 'attribute_not_exists(version)';
const AT_VERSION = 'version = :from';
const NOT_LISTED = 'attribute_not_exists(activity)';
const QUIET_AND_OPEN = '#state = :open AND activity < :quiet';
const STATE = { '#state': 'state' };

/** How long an event stays where its activity brought it, in milliseconds. */
const ACTIVITY_MS = 60_000;
/** Events whose activity a process remembers to have noted. */
const MAX_REMEMBERED = 10_000;

/** The table `events`: what is known of each, their order, and whose settlement goes on. */
export class EventTable implements Events {
  readonly #session: Session;
  /** When this process last noted an event's activity: once a minute is enough. */
  readonly #notedAt: Map<string, number>;

  constructor(session: Session, notedAt: Map<string, number>) {
    this.#session = session;
    this.#notedAt = notedAt;
  }

  find: Events['find'] = async (eventIds) => {
    const found = await batchGet(this.#session, 'events', eventIds.map(eventKey));
    const records = found.map((item) => items.eventItem.parse(item));
    return new Map(records.map((record) => [record.eventId, record]));
  };

  findResults: Events['findResults'] = async (eventIds) => {
    const projection = { ProjectionExpression: 'eventId, outcome, decidedAt' };
    const found = await batchGet(this.#session, 'events', eventIds.map(eventKey), projection);
    const results = found.map((item) => items.resultItem.parse(item));
    return new Map(results.filter((result) => result !== undefined));
  };

  noteActivity: Events['noteActivity'] = async (eventId, at) => {
    const last = this.#notedAt.get(eventId);
    if (last !== undefined && Math.abs(at - last) < ACTIVITY_MS) return;
    await this.#updateIf(eventId, {
      UpdateExpression: 'SET #state = :open, activity = :activity',
      ConditionExpression: `${NOT_LISTED} OR ${QUIET_AND_OPEN}`,
      ExpressionAttributeNames: STATE,
      ExpressionAttributeValues: {
        ':open': 'open' satisfies EventState,
        ':activity': activityOf(eventId, at),
        ':quiet': items.toInstant(at - ACTIVITY_MS),
      },
    });
    // All are forgotten at once: that costs a write an event, and seldom.
    if (this.#notedAt.size >= MAX_REMEMBERED) this.#notedAt.clear();
    this.#notedAt.set(eventId, at);
  };

  listed: Events['listed'] = (state, before, limit) => {
    const inState = '#state = :state';
    const input = {
      TableName: this.#session.tables.events,
      IndexName: 'byState',
      KeyConditionExpression: before === undefined ? inState : `${inState} AND activity < :before`,
      ExpressionAttributeNames: STATE,
      ExpressionAttributeValues: { ':state': state, ...(before && { ':before': before }) },
      ScanIndexForward: false,
    };
    return queryPage(this.#session, input, limit, (item) => items.listedItem.parse(item));
  };

  noteIntent: Events['noteIntent'] = async (eventId, intent) => {
    const noted = await this.#updateIf(eventId, {
      UpdateExpression: 'SET intent = :intent, unfinished = :unfinished, unfinishedSince = :since',
      ConditionExpression: NO_RESULT,
      ExpressionAttributeValues: {
        ':intent': z.encode(items.decisionItem, intent),
        ':unfinished': UNFINISHED,
        ':since': items.toInstant(intent.decidedAt),
      },
    });
    return noted !== undefined;
  };

  putInForce: Events['putInForce'] = async (eventId, decision, from) => {
    const output = await this.#updateIf(eventId, inForce(eventId, decision, from));
    return output && items.settlementItem.parse(output.Attributes);
  };

  finishSettlement: Events['finishSettlement'] = async (eventId, version) => {
    await this.#updateIf(eventId, {
      UpdateExpression: 'SET #state = :settled REMOVE unfinished, unfinishedSince',
      ConditionExpression: AT_VERSION,
      ExpressionAttributeNames: STATE,
      ExpressionAttributeValues: { ':settled': SETTLED, ':from': version },
    });
  };

  unfinished: Events['unfinished'] = async (limit) => {
    const { client, tables, options } = this.#session;
    const command = new QueryCommand({
      TableName: tables.events,
      IndexName: 'unfinished',
      KeyConditionExpression: 'unfinished = :unfinished',
      ExpressionAttributeValues: { ':unfinished': UNFINISHED },
      Limit: limit,
    });
    // One page is enough: what it does not show, the next run will.
    const { Items = [] } = await attempt(client.send(command, options));
    return Items.map((item) => items.unfinishedItem.parse(item));
  };

  #updateIf(eventId: string, update: Update): ReturnType<typeof updateIf> {
    const TableName = this.#session.tables.events;
    return updateIf(this.#session, { TableName, Key: { eventId }, ...update });
  }
}

type Update = Omit<UpdateCommandInput, 'TableName' | 'Key'>;

const eventKey = (eventId: string) => ({ eventId });

/** Compare and set: a result over version `from`, and whether its settlement goes on. */
function inForce(...[eventId, decision, from]: Parameters<Events['putInForce']>): Update {
  const { outcome, decidedAt } = decision;
  const version = from.version + 1;
  const goesOn = from.bets > 0;
  const state: SettlementState = goesOn ? 'settling' : SETTLED;
  const set =
    'SET outcome = :outcome, decidedAt = :decidedAt, version = :version, #state = :state, ' +
    'activity = :activity, bets = :bets, stakedMinor = :staked, ' +
    'history = list_append(if_not_exists(history, :none), :verdict)';
  return {
    UpdateExpression: goesOn
      ? `${set}, unfinished = :unfinished, unfinishedSince = :decidedAt REMOVE intent`
      : `${set} REMOVE intent, unfinished, unfinishedSince`,
    ConditionExpression: from.version === 0 ? NO_RESULT : AT_VERSION,
    ExpressionAttributeNames: STATE,
    ExpressionAttributeValues: {
      ':outcome': outcome,
      ':decidedAt': items.toInstant(decidedAt),
      ':version': version,
      ':state': state,
      ':activity': activityOf(eventId, decidedAt),
      ':bets': from.bets,
      ':staked': from.stakedMinor,
      ':none': [],
      ':verdict': [z.encode(items.verdictItem, { ...decision, version })],
      ...(goesOn && { ':unfinished': UNFINISHED }),
      ...(from.version > 0 && { ':from': from.version }),
    },
    ReturnValues: 'ALL_NEW',
  };
}
