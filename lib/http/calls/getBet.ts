import * as z from 'zod';
import { getBet as get } from '../../bets/readBets.ts';
import { betBody } from '../bodies.ts';
import { answer, type CallDocs, defineCall } from '../call.ts';
import { byText, wonByText } from '../examples.ts';
import { betToWire } from '../wire.ts';

export const getBet = defineCall({
  name: 'getBet',
  method: 'GET',
  path: '/bets/{id}',
  request: {
    path: z.object({
      /** Any text may be asked for; only a UUID can be there, in either case (RFC 9562 §4). */
      id: z
        .string()
        .transform((text) => text.toLowerCase())
        .meta({ id: 'BetId', description: 'The id of a bet.' }),
    }),
  },
  async respond(context, { path }) {
    return { status: 200, body: betToWire(await get(context, path.id)) };
  },
});

export const getBetDocs: CallDocs = () => ({
  tag: 'bets',
  summary: 'Read a bet',
  pathExamples: { id: byText.id },
  answers: { 200: answer('The bet as it is now.', betBody, { pending: byText, won: wonByText }) },
  refusals: [{ code: 'bet-not-found', detail: 'There is no bet with this id.' }],
});
