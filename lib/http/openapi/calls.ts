import type { Part } from './answers.ts';
import { getBet, listBets, placeBet } from './betCalls.ts';
import { getEvent, listEvents, settleEvent } from './eventCalls.ts';
import { getDocument, getLiveness, getMetrics, getReadiness } from './serviceCalls.ts';

/** Every path of the API and its calls. */
export const PATHS: Part = {
  '/bets': { get: listBets, post: placeBet },
  '/bets/{id}': { get: getBet },
  '/events': { get: listEvents },
  '/events/{event_id}': { get: getEvent, put: settleEvent },
  '/livez': { get: getLiveness },
  '/readyz': { get: getReadiness },
  '/metrics': { get: getMetrics },
  '/openapi.json': { get: getDocument },
};
