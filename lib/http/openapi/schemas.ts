import * as z from 'zod';
import { EVENT_ID_GRAMMAR } from '../../bets/ids.ts';
import { MAX_EVENTS_PAGE } from '../../bets/listEvents.ts';
import { MAX_PAGE } from '../../bets/readBets.ts';
import {
  betBody,
  betListBody,
  betPath,
  betStatus,
  eventBody,
  eventListBody,
  eventPath,
  listBetsQuery,
  listEventsQuery,
  outcome,
  placeBetBody,
  placeBetHeaders,
  settleEventBody,
  settleEventHeaders,
} from '../schemas.ts';

/**
 * What the wire schemas cannot tell of themselves: names, descriptions, and the form of what a
 * transform judges. Kept apart from them, so that the handlers' bundles do not carry it.
 */
const documentation = z.registry<z.core.JSONSchemaMeta>();

const AMOUNT_TEXT = /^(?!0(?:\.0{1,2})?$)(?:(?:0|[1-9]\d{0,8})(?:\.\d{1,2})?|10{9}(?:\.0{1,2})?)$/;
const WIRE_AMOUNT = { pattern: /^\d+\.\d{2}$/.source, examples: ['10.50'] };

const { event_id, amount } = placeBetBody.out.shape;
documentation.add(placeBetBody, { id: 'PlaceBet', description: 'A bet to be placed.' });
documentation.add(event_id, {
  id: 'EventIdOrNumber',
  description:
    'The id of an event: a text, or an integer that means the same event as its decimal text.',
  anyOf: [
    { type: 'string', pattern: EVENT_ID_GRAMMAR.source },
    { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
  ],
});
documentation.add(amount, {
  id: 'Amount',
  description:
    'A stake: strictly positive, at most 1000000000.00, at most two decimals. A number is judged by ' +
    'the digits that are sent, never as a float.',
  anyOf: [
    { type: 'string', pattern: AMOUNT_TEXT.source },
    { type: 'number', exclusiveMinimum: 0, maximum: 1_000_000_000 },
  ],
});
documentation.add(settleEventBody, {
  id: 'Result',
  description: 'The result of an event. It decides every bet on it.',
});
documentation.add(outcome, {
  id: 'Outcome',
  description: '`WIN` if the first team won, `LOSE` if it lost or drew.',
});

documentation.add(betStatus, { id: 'BetStatus', description: 'Where a bet stands.' });
documentation.add(betBody, { id: 'Bet' });
documentation.add(betListBody, { id: 'BetList', description: 'Bets, newest first.' });
documentation.add(betBody.shape.id, {
  format: 'uuid',
  description: 'A UUID version 7, so ids sort by the time of placing.',
});
documentation.add(betBody.shape.event_id, {
  description: 'The event as a text, however it was sent.',
});
documentation.add(betBody.shape.amount, WIRE_AMOUNT);
documentation.add(betBody.shape.settled_at, {
  description: 'When the result that decides the bet was given. Not there while it is pending.',
});

const counts = eventBody.shape.bets.shape;
documentation.add(eventBody, {
  id: 'Event',
  description: 'A sporting event: its result, its bets, and how far they are stored as settled.',
});
documentation.add(eventBody.shape.status, { description: 'The result in force, or null.' });
documentation.add(eventBody.shape.version, {
  description: 'How many results it has had; the entity tag in `ETag`.',
});
documentation.add(eventBody.shape.state, {
  description:
    '`open`: no result. `settling`: the result is in force for every reader, and not yet stored ' +
    'with every bet. `settled`: it is.',
});
documentation.add(counts.total, { description: 'Bets that were placed.' });
documentation.add(counts.settled, { description: 'Bets that are stored under the result.' });
documentation.add(counts.staked, { ...WIRE_AMOUNT, description: 'The sum of all stakes.' });
documentation.add(eventBody.shape.history, { description: 'Every result, oldest first.' });

documentation.add(betPath.shape.id, { id: 'BetId', description: 'The id of a bet.' });
documentation.add(eventPath.shape.event_id, {
  id: 'EventId',
  description: 'The id of an event. A number is written as its decimal text.',
  pattern: EVENT_ID_GRAMMAR.source,
});
documentation.add(placeBetHeaders.shape['idempotency-key'], {
  id: 'IdempotencyKey',
  description:
    'Requests with the same key place one bet between them, however often and however late they ' +
    'come. Bare or in double quotes. A key never expires.',
  examples: ['7f3a', '"7f3a"'],
});
documentation.add(settleEventHeaders.shape['if-match'], {
  id: 'IfMatch',
  description:
    'The `ETag` of the event as it was when the decision was taken, or `*` for any result. ' +
    'Another version is refused.',
  pattern: /^(?:\*|(?:W\/)?"[!#-~]*"(?:\s*,\s*(?:W\/)?"[!#-~]*")*)$/.source,
  examples: ['"0"', '*'],
});
const query = listBetsQuery.in.shape;
const upTo = (most: number): z.core.JSONSchemaMeta => ({
  type: 'integer',
  // What judges the text of a query is of no use to a reader of numbers.
  pattern: undefined,
  minimum: 1,
  maximum: most,
  default: most,
});
documentation.add(query.limit, {
  id: 'Limit',
  description: 'The bets of a page at most.',
  ...upTo(MAX_PAGE),
  examples: [100],
});
documentation.add(query.cursor, {
  id: 'Cursor',
  description: 'Where a page begins: opaque, from the header `Link` of the page before.',
});
documentation.add(query.event_id, {
  id: 'EventFilter',
  description: 'Only bets on this event, through an index that may lag behind by moments.',
  pattern: EVENT_ID_GRAMMAR.source,
  examples: ['sr:match:42'],
});
documentation.add(query.status, {
  id: 'StatusFilter',
  description:
    'Only bets with this status. It filters the page that was read, so one may show fewer.',
  examples: ['pending'],
});

documentation.add(eventListBody, {
  id: 'EventList',
  description: 'Events, newest activity first.',
});
const eventsQuery = listEventsQuery.in.shape;
documentation.add(eventsQuery.limit, {
  id: 'EventLimit',
  description: 'The events of a page at most.',
  ...upTo(MAX_EVENTS_PAGE),
  examples: [20],
});
documentation.add(eventsQuery.state, {
  id: 'StateFilter',
  description: 'Only events in this state. One that leaves it meanwhile is not shown.',
  examples: ['open'],
});

/** The JSON Schemas of all that goes over the wire, by name, for `#/components/schemas`. */
export function wireSchemas(): Record<string, z.core.JSONSchema.BaseSchema> {
  const { schemas } = z.toJSONSchema(documentation, {
    metadata: documentation,
    // What comes in is judged by transforms; what goes out has none, so its input is its output.
    io: 'input',
    unrepresentable: 'any',
    uri: referenceTo,
    override: ({ zodSchema, jsonSchema }) => {
      simplify(jsonSchema);
      Object.assign(jsonSchema, keptFromTransforms(zodSchema));
    },
  });
  return Object.fromEntries(
    Object.entries(schemas)
      .map(([name, { $id: _id, $schema: _dialect, ...schema }]): [string, typeof schema] => [
        name,
        schema,
      ])
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

export function referenceTo(schemaName: string): string {
  return `#/components/schemas/${schemaName}`;
}

/** zod takes examples and defaults for those of the transform's output, and drops them. */
function keptFromTransforms(schema: z.core.$ZodType): object {
  const { examples, default: preset } = documentation.get(schema) ?? {};
  return {
    ...(examples !== undefined && { examples }),
    ...(preset !== undefined && { default: preset }),
  };
}

/** Leaves out what zod says beyond the standard: the grammar of a format, the limits of an integer. */
function simplify(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.format === 'date-time') delete schema.pattern;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) {
    delete schema.maximum;
    // All of the API's integers are counts.
    schema.minimum = 0;
  }
}
