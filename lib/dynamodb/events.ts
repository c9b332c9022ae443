import { QueryCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Result } from '../bets/bet.ts';
import {
  type Activity,
  activityOf,
  type Decision,
  type EventRecord,
  type EventState,
  type Settlement,
  type SettlementState,
} from '../bets/event.ts';
import type { Events, ListedEvent, Page, UnfinishedEvent } from '../bets/store.ts';
import {
  decisionItem,
  eventItem,
  listedItem,
  resultItem,
  settlementItem,
  toInstant,
  unfinishedItem,
  verdictItem,
} from './items.ts';
import { attempt, batchGet, queryPage, type Session, updateIf } from './session.ts';

const UNFINISHED = '1';
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

  async find(eventIds: readonly string[]): Promise<Map<string, EventRecord>> {
    const items = await batchGet(this.#session, 'events', eventIds.map(eventKey));
    const records = items.map((item) => eventItem.parse(item));
    return new Map(records.map((record) => [record.eventId, record]));
  }

  async findResults(eventIds: readonly string[]): Promise<Map<string, Result>> {
    const projection = { ProjectionExpression: 'eventId, outcome, decidedAt' };
    const items = await batchGet(this.#session, 'events', eventIds.map(eventKey), projection);
    const results = items.map((item) => resultItem.parse(item));
    return new Map(results.filter((result) => result !== undefined));
  }

  async noteActivity(eventId: string, at: number): Promise<void> {
    const last = this.#notedAt.get(eventId);
    if (last !== undefined && Math.abs(at - last) < ACTIVITY_MS) return;
    await updateIf(this.#session, {
      TableName: this.#session.tables.events,
      Key: { eventId },
      UpdateExpression: 'SET #state = :open, activity = :activity',
      ConditionExpression: `${NOT_LISTED} OR ${QUIET_AND_OPEN}`,
      ExpressionAttributeNames: STATE,
      ExpressionAttributeValues: {
        ':open': 'open' satisfies EventState,
        ':activity': activityOf(eventId, at),
        ':quiet': toInstant(at - ACTIVITY_MS),
      },
    });
    // All are forgotten at once: that costs a write an event, and seldom.
    if (this.#notedAt.size >= MAX_REMEMBERED) this.#notedAt.clear();
    this.#notedAt.set(eventId, at);
  }

  listed(
    state: EventState,
    before: Activity | undefined,
    limit: number,
  ): Promise<Page<ListedEvent>> {
    const inState = '#state = :state';
    const input = {
      TableName: this.#session.tables.events,
      IndexName: 'byState',
      KeyConditionExpression: before === undefined ? inState : `${inState} AND activity < :before`,
      ExpressionAttributeNames: STATE,
      ExpressionAttributeValues: {
        ':state': state,
        ...(before !== undefined && { ':before': before }),
      },
      ScanIndexForward: false,
    };
    return queryPage(this.#session, input, limit, (item) => listedItem.parse(item));
  }

  async noteIntent(eventId: string, intent: Decision): Promise<boolean> {
    const noted = await updateIf(this.#session, {
      TableName: this.#session.tables.events,
      Key: { eventId },
      UpdateExpression: 'SET intent = :intent, unfinished = :unfinished, unfinishedSince = :since',
      ConditionExpression: NO_RESULT,
      ExpressionAttributeValues: {
        ':intent': z.encode(decisionItem, intent),
        ':unfinished': UNFINISHED,
        ':since': toInstant(intent.decidedAt),
      },
    });
    return noted !== undefined;
  }

  async putInForce(
    eventId: string,
    decision: Decision,
    from: Pick<Settlement, 'version' | 'bets' | 'stakedMinor'>,
  ): Promise<Settlement | undefined> {
    const output = await updateIf(this.#session, {
      TableName: this.#session.tables.events,
      Key: { eventId },
      ...inForce(eventId, decision, from),
      ReturnValues: 'ALL_NEW',
    });
    return output && settlementItem.parse(output.Attributes);
  }

  async finishSettlement(eventId: string, version: number): Promise<void> {
    await updateIf(this.#session, {
      TableName: this.#session.tables.events,
      Key: { eventId },
      UpdateExpression: 'SET #state = :settled REMOVE unfinished, unfinishedSince',
      ConditionExpression: AT_VERSION,
      ExpressionAttributeNames: STATE,
      ExpressionAttributeValues: {
        ':settled': 'settled' satisfies SettlementState,
        ':from': version,
      },
    });
  }

  async unfinished(limit: number): Promise<UnfinishedEvent[]> {
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
    return Items.map((item) => unfinishedItem.parse(item));
  }
}

function eventKey(eventId: string): { eventId: string } {
  return { eventId };
}

/** Compare and set: a result over version `from`, and whether its settlement goes on. */
function inForce(
  eventId: string,
  decision: Decision,
  from: Pick<Settlement, 'version' | 'bets' | 'stakedMinor'>,
): Omit<UpdateCommandInput, 'TableName' | 'Key'> {
  const { outcome, decidedAt } = decision;
  const version = from.version + 1;
  const goesOn = from.bets > 0;
  const state: SettlementState = goesOn ? 'settling' : 'settled';
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
      ':decidedAt': toInstant(decidedAt),
      ':version': version,
      ':state': state,
      ':activity': activityOf(eventId, decidedAt),
      ':bets': from.bets,
      ':staked': from.stakedMinor,
      ':none': [],
      ':verdict': [z.encode(verdictItem, { ...decision, version })],
      ...(goesOn && { ':unfinished': UNFINISHED }),
      ...(from.version > 0 && { ':from': from.version }),
    },
  };
}
