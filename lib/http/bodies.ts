import * as z from 'zod';
import { betStatus, eventState, outcome } from './wire.ts';

/** What the calls answer. Only the API's document needs the schemas; handlers need the types. */

const WIRE_AMOUNT = { pattern: /^\d+\.\d{2}$/.source, examples: ['10.50'] };

const UUID = 'A UUID version 7, so ids sort by the time of placing.';
const SETTLED_AT = 'When the result that decides the bet was given. A pending bet has none.';
const STATE =
  '`open`: no result is in force. While a first one is on its way, bets are refused already. ' +
  '`settling`: the result is in force for every reader, but not every bet is stored with it yet. ' +
  '`settled`: every bet is.';

const DECIDED_BY =
  'Who decided, where that is known: the subject (`sub`) of the token. The local service has one ' +
  'token for all operators, and so it knows of nobody.';

export const betBody = z
  .object({
    id: z.string().meta({ format: 'uuid', description: UUID }),
    event_id: z.string().meta({ description: 'The event as a text, however it was sent.' }),
    amount: z.string().meta(WIRE_AMOUNT),
    status: betStatus,
    placed_at: z.iso.datetime(),
    settled_at: z.iso.datetime().optional().meta({ description: SETTLED_AT }),
  })
  .meta({ id: 'Bet' });

export const betListBody = z
  .array(betBody)
  .meta({ id: 'BetList', description: 'Bets, newest first.' });

export const eventBody = z
  .object({
    event_id: z.string(),
    status: outcome.nullable().meta({ description: 'The result in force, or null.' }),
    version: z
      .int()
      .meta({ description: 'How many results it has had. The tag in `ETag` begins with it.' }),
    state: eventState.meta({ description: STATE }),
    bets: z.object({
      total: z.int().meta({ description: 'Bets that were placed.' }),
      settled: z.int().meta({ description: 'Bets that are stored under the result.' }),
      staked: z.string().meta({ ...WIRE_AMOUNT, description: 'The sum of all stakes.' }),
    }),
    history: z
      .array(
        z.object({
          status: outcome,
          version: z.int(),
          decided_at: z.iso.datetime(),
          decided_by: z.string().optional().meta({ description: DECIDED_BY }),
        }),
      )
      .meta({ description: 'Every result, oldest first.' }),
  })
  .meta({
    id: 'Event',
    description: 'A sporting event: its result, its bets, and how far they are stored as settled.',
  });

export const eventListBody = z
  .array(eventBody)
  .meta({ id: 'EventList', description: 'Events, the newest first.' });

export type BetJson = z.infer<typeof betBody>;
export type EventJson = z.infer<typeof eventBody>;
