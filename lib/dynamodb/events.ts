import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import type { UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import { type EventRecord, type ListKey, listKeyOf, type SettlementState } from '../bets/event.ts';
import type { Events, OnUnreadable, Order } from '../bets/store.ts';
import { attempt, translateFailure } from './failures.ts';
import * as items from './items.ts';
import { batchGet, queryPage, type Session, updateIf } from './session.ts';

const UNFINISHED = '1';
const SETTLED: SettlementState = 'settled';
const NO_RESULT = 'attribute_not_exists(version)';
const NO_INTENT = 'attribute_not_exists(intent)';
/**
 * Whoever closed the fences noted the intent before. Where it is not there any more, another
 * operator's took its place, or the store was brought back: its fences are open again.
 */
const FIRST_RESULT = `intent.id = :decision AND ${NO_RESULT}`;
const AT_VERSION = 'version = :from';
const HAS_FENCES = 'fences = :fences';
const STATE = { '#state': 'state' };
const FIRST_FENCES = 1;

/** The tables `events` and `eventList`: what is known of each, and whose settlement goes on. */
export class EventTable implements Events {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  find: Events['find'] = async (eventIds, onUnreadable = failOnUnreadable) => {
    const found = await batchGet(this.#session, 'events', eventIds.map(eventKey));
    const records = new Map<string, EventRecord>();
    for (const item of found) {
      const eventId = String(item['eventId']);
      try {
        records.set(eventId, toEvent(item));
      } catch (cause) {
        onUnreadable(eventId, cause);
      }
    }
    return records;
  };

  findResults: Events['findResults'] = async (eventIds) => {
    const projection = { ProjectionExpression: 'eventId, outcome, decidedAt' };
    const found = await batchGet(this.#session, 'events', eventIds.map(eventKey), projection);
    const results = found.map((item) => items.resultItem.parse(item));
    return new Map(results.filter((result) => result !== undefined));
  };

  enlist: Events['enlist'] = async (eventId, at) => {
    const { client, tables, options } = this.#session;
    const listKey = listKeyOf(eventId, at);
    const shard = items.shardOfEvent(eventId);
    const Item = { shard, listKey, eventId };
    // Before the event itself, so that no event is there and is not in the list.
    await attempt(client.send(new PutCommand({ TableName: tables.eventList, Item }), options));
    const enlisted = await this.#updateIf(eventId, {
      UpdateExpression:
        'SET listKey = if_not_exists(listKey, :listKey), ' +
        'fences = if_not_exists(fences, :fences), ' +
        'stateShard = if_not_exists(stateShard, :shard)',
      ExpressionAttributeValues: {
        ':listKey': listKey,
        ':fences': FIRST_FENCES,
        ':shard': stateShard('no-result', shard),
      },
      ReturnValues: 'ALL_NEW',
    });
    return toEvent(enlisted?.Attributes);
  };

  widen: Events['widen'] = async ({ eventId, fences }, to) => {
    const { client, tables, options } = this.#session;
    const widening = client.send(
      new UpdateCommand({
        TableName: tables.events,
        Key: { eventId },
        UpdateExpression: 'SET fences = :to',
        // Who settles the event takes the number from the write of the intent: it must be final.
        ConditionExpression: `${HAS_FENCES} AND ${NO_INTENT} AND ${NO_RESULT}`,
        ExpressionAttributeValues: { ':fences': fences, ':to': to },
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
      options,
    );
    try {
      return toEvent((await widening).Attributes);
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw translateFailure(error);
      // The document client does not decode the items of an error.
      return error.Item && toEvent(unmarshall(error.Item, { wrapNumbers: BigInt }));
    }
  };

  listed: Events['listed'] = (shard, before, limit) => {
    const input = {
      TableName: this.#session.tables.eventList,
      ...listedBeyond('shard', shard, 'newest-first', before),
      ConsistentRead: true,
    };
    return queryPage(this.#session, input, limit, toListed);
  };

  listedBy: Events['listedBy'] = (has, shard, before, limit) => {
    const input = {
      TableName: this.#session.tables.events,
      IndexName: 'byState',
      ...listedBeyond('stateShard', stateShard(has, shard), 'newest-first', before),
    };
    return queryPage(this.#session, input, limit, toListed);
  };

  noteIntent: Events['noteIntent'] = async (eventId, intent) => {
    const noted = await this.#updateIf(eventId, {
      UpdateExpression: 'SET intent = :intent, unfinished = :unfinished',
      // An event without its list key could not be read.
      ConditionExpression: `attribute_exists(listKey) AND ${NO_RESULT}`,
      ExpressionAttributeValues: {
        ':intent': z.encode(items.decisionItem, intent),
        ':unfinished': UNFINISHED,
      },
      ReturnValues: 'ALL_NEW',
    });
    return noted && toEvent(noted.Attributes);
  };

  putInForce: Events['putInForce'] = async (eventId, decision, from) => {
    const output = await this.#updateIf(eventId, inForce(eventId, decision, from));
    return output && items.settlementItem.parse(output.Attributes);
  };

  setAside: Events['setAside'] = async (eventId, version, at) => {
    await this.#updateIf(eventId, {
      UpdateExpression: 'SET asideSince = if_not_exists(asideSince, :at)',
      ConditionExpression: `${AT_VERSION} AND attribute_exists(unfinished)`,
      ExpressionAttributeValues: { ':at': items.toInstant(at), ':from': version },
    });
  };

  finishSettlement: Events['finishSettlement'] = async (eventId, version) => {
    await this.#updateIf(eventId, {
      UpdateExpression: 'SET #state = :settled REMOVE unfinished, asideSince',
      ConditionExpression: AT_VERSION,
      ExpressionAttributeNames: STATE,
      ExpressionAttributeValues: { ':settled': SETTLED, ':from': version },
    });
  };

  unfinished: Events['unfinished'] = (order, beyond, limit) => {
    const input = {
      TableName: this.#session.tables.events,
      IndexName: 'unfinished',
      ...listedBeyond('unfinished', UNFINISHED, order, beyond),
    };
    return queryPage(this.#session, input, limit, toListed);
  };

  #updateIf(eventId: string, update: Update): ReturnType<typeof updateIf> {
    const TableName = this.#session.tables.events;
    return updateIf(this.#session, { TableName, Key: { eventId }, ...update });
  }
}

type Update = Omit<UpdateCommandInput, 'TableName' | 'Key'>;

const eventKey = (eventId: string) => ({ eventId });
const toEvent = (item: unknown): EventRecord => items.eventItem.parse(item);
const failOnUnreadable: OnUnreadable = (eventId, cause) => {
  throw new Error(`The event ${JSON.stringify(eventId)} cannot be read`, { cause });
};
const toListed = (item: unknown) => items.listedItem.parse(item);

function stateShard(has: 'no-result' | 'result', shard: string): string {
  return `${has}#${shard}`;
}

const BEYOND: Record<Order, string> = {
  'newest-first': 'listKey < :beyond',
  'oldest-first': 'listKey > :beyond',
};

/** A query of what is under a key, beyond a place in the list. */
function listedBeyond(name: string, key: string, order: Order, beyond: ListKey | undefined) {
  const ofKey = '#key = :key';
  return {
    KeyConditionExpression: beyond === undefined ? ofKey : `${ofKey} AND ${BEYOND[order]}`,
    ExpressionAttributeNames: { '#key': name },
    ExpressionAttributeValues: { ':key': key, ...(beyond && { ':beyond': beyond }) },
    ScanIndexForward: order === 'oldest-first',
  };
}

/** Compare and set: a result over version `from`, and whether its settlement goes on. */
function inForce(...[eventId, decision, from]: Parameters<Events['putInForce']>): Update {
  const { outcome, decidedAt } = decision;
  const version = from.version + 1;
  const goesOn = from.bets > 0;
  const state: SettlementState = goesOn ? 'settling' : SETTLED;
  const set =
    'SET outcome = :outcome, decidedAt = :decidedAt, version = :version, #state = :state, ' +
    'stateShard = :stateShard, bets = :bets, stakedMinor = :staked, ' +
    'history = list_append(if_not_exists(history, :none), :verdict)';
  return {
    UpdateExpression: goesOn
      ? `${set}, unfinished = :unfinished REMOVE intent, asideSince`
      : `${set} REMOVE intent, unfinished, asideSince`,
    ConditionExpression: from.version === 0 ? FIRST_RESULT : AT_VERSION,
    ExpressionAttributeNames: STATE,
    ExpressionAttributeValues: {
      ':outcome': outcome,
      ':decidedAt': items.toInstant(decidedAt),
      ':version': version,
      ':state': state,
      ':stateShard': stateShard('result', items.shardOfEvent(eventId)),
      ':bets': from.bets,
      ':staked': from.stakedMinor,
      ':none': [],
      ':verdict': [z.encode(items.verdictItem, { ...decision, version })],
      ...(goesOn && { ':unfinished': UNFINISHED }),
      ...(from.version === 0 ? { ':decision': decision.id } : { ':from': from.version }),
    },
    ReturnValues: 'ALL_NEW',
  };
}
