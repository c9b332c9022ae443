import { isDeepStrictEqual } from 'node:util';
import type { HttpResponse } from '../../lib/http/problems.ts';
import type { Sent } from '../support/apiEvent.ts';
import type { BetJson, EventJson, Query } from './history.ts';
import { type Counts, type Ledger, NO_COUNTS } from './ledger.ts';
import { type Guarantee, type Violation, violation } from './promises.ts';
import type { Called, Route } from './world.ts';

/** What an answer must be by itself, whatever came before it. */

/** The problems that a client can bring about, by call and status. Any other is a fault. */
const UNAVAILABLE = { 503: 'unavailable' };
const PROBLEMS: Record<Route, Record<number, string>> = {
  getBet: UNAVAILABLE,
  getEvent: { ...UNAVAILABLE, 404: 'event-not-found' },
  listBets: UNAVAILABLE,
  listEvents: UNAVAILABLE,
  placeBet: { ...UNAVAILABLE, 409: 'event-settled' },
  settleEvent: { ...UNAVAILABLE, 409: 'correction-limit', 412: 'version-mismatch' },
};
const MISUSED_KEY: Record<number, string> = { ...UNAVAILABLE, 422: 'idempotency-key-reused' };

/** How long a request, and the sweep within a PUT, may take, in milliseconds and whole. */
const REQUEST_MS = 8_000;
const SWEEP_MS = 1_000;
/** How long a bet may take when nothing goes wrong, whoever else places bets. */
const CALM_PLACE_MS = 2_000;

export interface Asked {
  route: Route;
  sent: Sent;
  /** The request has a key that stands for another bet. */
  misused: boolean;
  /** Nothing goes wrong any more. */
  atRest: boolean;
}

export function* checkAnswer(asked: Asked, called: Called): Generator<Violation> {
  const { response, tookMs, sweptMs } = called;
  const mostMs = asked.atRest && asked.route === 'placeBet' ? CALM_PLACE_MS : REQUEST_MS;
  const what = `${asked.route} ${JSON.stringify(asked.sent)}`;
  if (Math.floor(tookMs) > mostMs) yield violation(12, `${what} took ${tookMs} ms`);
  if (Math.floor(sweptMs) > SWEEP_MS)
    yield violation(12, `${what} stored statuses for ${sweptMs} ms`);
  const flaw = response.statusCode < 400 ? flawOf(asked, response) : problemFlaw(asked, response);
  if (flaw === undefined) return;
  yield violation(guaranteeOf(asked, response), `${what}: ${flaw} ${JSON.stringify(response)}`);
}

/** A bet that is known is always found; a key that is used stands for its bet. */
function guaranteeOf({ route, misused }: Asked, { statusCode }: HttpResponse): Guarantee {
  if (route === 'getBet' && statusCode === 404) return 1;
  if (misused && statusCode < 500) return 2;
  return route === 'settleEvent' && statusCode < 300 ? 9 : 11;
}

function problemFlaw(
  { route, misused, atRest, sent }: Asked,
  { statusCode, headers, body }: HttpResponse,
): string | undefined {
  const code = (misused ? MISUSED_KEY : PROBLEMS[route])[statusCode];
  if (code === undefined) return 'is not to be answered';
  if (atRest && statusCode === 503) return 'is answered when nothing goes wrong';
  if (statusCode === 412 && sent.headers?.['if-match'] === undefined) return 'has no condition';
  if (headers['content-type'] !== 'application/problem+json') return 'is no problem';
  const shown: unknown = JSON.parse(body);
  const isTold = String(member(shown, 'type')).endsWith(`docs/problems#${code}`);
  if (!isTold || member(shown, 'status') !== statusCode) return `is no ${code}`;
  return (headers['retry-after'] === undefined) === (statusCode === 503)
    ? 'says nothing or too much of when to come back'
    : undefined;
}

function flawOf({ route, misused }: Asked, response: HttpResponse): string | undefined {
  const { statusCode, headers, body } = response;
  if (misused) return 'took a key that is used';
  if (headers['content-type'] !== 'application/json') return 'is no JSON';
  const shown: unknown = JSON.parse(body);
  switch (route) {
    case 'placeBet':
      if (statusCode !== 201) return 'is not to be answered';
      return headers['location']?.endsWith(`bets/${idOf(shown)}`) === true
        ? undefined
        : 'has no place';
    case 'settleEvent': {
      const fits = statusCode === (stateOf(shown) === 'settled' ? 200 : 202);
      return fits ? tagFlaw(headers, shown) : 'has a status that does not fit';
    }
    case 'getEvent':
      return statusCode === 200 ? tagFlaw(headers, shown) : 'is not to be answered';
    case 'getBet':
    case 'listBets':
    case 'listEvents':
      if (statusCode !== 200) return 'is not to be answered';
      return /^W\/".+"$/.test(headers['etag'] ?? '') ? undefined : 'has no tag';
  }
}

function member(shown: unknown, name: string): unknown {
  if (typeof shown !== 'object' || shown === null) return undefined;
  return new Map<string, unknown>(Object.entries(shown)).get(name);
}
const idOf = (shown: unknown): string => String(member(shown, 'id'));
const stateOf = (shown: unknown): unknown => member(shown, 'state');

function tagFlaw({ etag }: HttpResponse['headers'], shown: unknown): string | undefined {
  const version = String(member(shown, 'version'));
  return etag?.startsWith(`"${version}-`) === true ? undefined : 'has another tag';
}

/** What an answer says of an event agrees with what was stored while it was made. */
export function* checkEvent(
  answer: EventJson,
  before: ReadonlyMap<string, Counts>,
  ledger: Ledger,
): Generator<Violation> {
  const { event_id: event, version, state, status, bets } = answer;
  const least = before.get(event) ?? NO_COUNTS;
  const most = ledger.counts().get(event) ?? NO_COUNTS;
  const staked = BigInt(bets.staked.replace('.', ''));
  const counted = `${event} is said to have ${bets.total} bets of ${bets.staked}`;
  if (version === 0) {
    if (state !== 'open' || status !== null || bets.settled !== 0) {
      yield violation(9, `${event} is ${state} without a result`);
    }
    if (bets.total < least.placed || staked < least.stakedMinor) {
      yield violation(13, `${counted}, and had more`);
    }
  } else if (state === 'open' || status === null) {
    yield violation(9, `${event} is open with a result`);
  } else if (bets.total < most.placed || staked < most.stakedMinor) {
    yield violation(13, `${counted}, and has more`);
  }
  if (bets.total > most.placed || staked > most.stakedMinor) {
    yield violation(13, `${counted}, and has fewer`);
  }
  const stored = version === 0 ? 0 : ledger.betsAt(event, version);
  const all = state !== 'settled' || (stored === ledger.bets(event) && bets.settled === bets.total);
  if (bets.settled <= stored && all) return;
  yield violation(9, `${event} is ${state} with ${bets.settled} settled, and ${stored} are stored`);
}

/** A page keeps to what was asked for, and leads to the next page of the same. */
export function* checkPage(
  sent: Query,
  items: readonly (BetJson | EventJson)[],
  next: Query | undefined,
): Generator<Violation> {
  const where = JSON.stringify(sent);
  const { limit, cursor, ...filter } = sent;
  const { placed_from = '', placed_before = '9999', ...members } = filter;
  if (items.length > Number(limit)) yield violation(12, `${where} shows ${items.length}`);
  const matches = (item: BetJson | EventJson): boolean =>
    Object.entries(members).every(([name, value]) => member(item, name) === value);
  const placed = items.flatMap((item) => ('placed_at' in item ? item.placed_at : []));
  const inSpan = placed.every((at) => at >= placed_from && at < placed_before);
  if (!items.every(matches) || !inSpan) yield violation(6, `${where} shows what was not asked for`);
  if (next === undefined) return;
  const { cursor: place, ...same } = next;
  const kept = isDeepStrictEqual({ ...same }, { limit, ...filter });
  if (!kept || place === undefined || place === cursor) {
    yield violation(1, `${where} leads to ${JSON.stringify(next)}`);
  }
}
