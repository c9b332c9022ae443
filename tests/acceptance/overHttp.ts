import { setTimeout as delay } from 'node:timers/promises';
import type { Sent } from '../support/apiEvent.ts';
import type { Served } from '../simulation/clients.ts';
import type { Called, Route } from '../simulation/world.ts';

/** How long an answer may take on its way, and wait for its turn, besides the work for it. */
const TRAVEL_MS = 7_000;
/** Longer than any answer takes. */
const PATIENCE_MS = 20_000;
/** A rate limit of API Gateway is waited for. */
const RATE_LIMITED = { tries: 10, pauseMs: 1_000 };

export interface Target {
  /** Where the API is, perhaps with a path before its own. */
  url: string;
  /** What an operator settles events with. */
  token?: string | undefined;
}

export interface OverHttp extends Served {
  /** By status; 0 stands for none. */
  answers: Record<string, number>;
  slowestMs: () => number;
}

/** The deployment refuses these clients: nothing can be said of it. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

/** A deployment as the simulation's clients call it. */
export function overHttp({ url, token }: Target): OverHttp {
  const base = url.replace(/\/+$/, '');
  const answers: Record<string, number> = {};
  let slowestMs = 0;

  const ask = async (route: Route, sent: Sent): Promise<Response | undefined> => {
    const { method = 'GET', headers, body } = sent;
    const authorization =
      route === 'settleEvent' && token ? { authorization: `Bearer ${token}` } : {};
    const asked = await fetch(base + pathOf(route, sent), {
      method,
      headers: { 'accept-encoding': 'identity', ...headers, ...authorization },
      ...(body !== undefined && { body }),
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
    }).catch(() => undefined);
    const status = asked?.status ?? 0;
    answers[status] = (answers[status] ?? 0) + 1;
    return asked;
  };

  const callOnce = async (route: Route, sent: Sent): Promise<Called | 'again' | undefined> => {
    const begun = performance.now();
    const response = await ask(route, sent);
    const body = await response?.text().catch(() => undefined);
    const tookMs = performance.now() - begun;
    slowestMs = Math.max(slowestMs, tookMs);
    if (response === undefined || body === undefined) return undefined;
    const { status } = response;
    if (status === 429) return 'again';
    if (status === 401 || status === 403) {
      throw new Refused(`${route} was answered ${status}: give the token of an operator. ${body}`);
    }
    // A 5xx of what is in front of the service is no answer of the service.
    if (status >= 500 && !isProblem(response)) return undefined;
    const headers = Object.fromEntries(response.headers);
    const work = { statements: 0, sweptMs: 0, tookMs: Math.max(0, tookMs - TRAVEL_MS) };
    return { response: { statusCode: status, headers, body }, ...work };
  };

  return {
    answers,
    slowestMs: () => Math.round(slowestMs),
    time: {
      now: () => performance.now(),
      sleep: (milliseconds) => delay(milliseconds),
    },
    call: async (route, sent) => {
      for (let tries = 1; tries <= RATE_LIMITED.tries; tries += 1) {
        const called = await callOnce(route, sent);
        if (called !== 'again') return called;
        await delay(RATE_LIMITED.pauseMs * tries);
      }
      throw new Refused(`The rate limit lets nothing through for ${RATE_LIMITED.tries} tries.`);
    },
  };
}

function isProblem({ headers }: Response): boolean {
  return headers.get('content-type') === 'application/problem+json';
}

function pathOf(route: Route, { pathParameters = {}, query = {} }: Sent): string {
  const parameter = encodeURIComponent(Object.values(pathParameters)[0] ?? '');
  const paths: Record<Route, string> = {
    placeBet: '/bets',
    listBets: '/bets',
    getBet: `/bets/${parameter}`,
    listEvents: '/events',
    getEvent: `/events/${parameter}`,
    settleEvent: `/events/${parameter}`,
  };
  const search = new URLSearchParams(query).toString();
  return paths[route] + (search && `?${search}`);
}
