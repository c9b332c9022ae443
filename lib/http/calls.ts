import type { Call, CallDocs } from './call.ts';
import { getBet, getBetDocs } from './calls/getBet.ts';
import { getEvent, getEventDocs } from './calls/getEvent.ts';
import { listBets, listBetsDocs } from './calls/listBets.ts';
import { listEvents, listEventsDocs } from './calls/listEvents.ts';
import { placeBet, placeBetDocs } from './calls/placeBet.ts';
import { settleEvent, settleEventDocs } from './calls/settleEvent.ts';

/** Every call of bets and events, for the local service and the API's document. */
export const CALLS: readonly { call: Call; docs: CallDocs }[] = [
  { call: listBets, docs: listBetsDocs },
  { call: placeBet, docs: placeBetDocs },
  { call: getBet, docs: getBetDocs },
  { call: listEvents, docs: listEventsDocs },
  { call: getEvent, docs: getEventDocs },
  { call: settleEvent, docs: settleEventDocs },
];
