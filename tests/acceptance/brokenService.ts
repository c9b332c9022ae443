import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { v7 } from 'uuid';
import * as z from 'zod';
import { listen } from '../../infra/local/listen.ts';
import { eventBody } from '../../lib/http/bodies.ts';

interface Asked {
  method: string;
  /** With its query. */
  path: string;
  headers: Record<string, string>;
  body: string;
}

interface Answered {
  status: number;
  headers: Record<string, string>;
  body: string;
}

type Serve = (asked: Asked) => Promise<Answered>;

/** A service that breaks one guarantee, made from one that keeps it. */
type Break = (serve: Serve) => Serve;

const isPlacing = ({ method, path }: Asked): boolean => method === 'POST' && path === '/bets';

/** The third of every ten bets is acknowledged and not stored. */
const loseBets: Break = (serve) => {
  let bets = 0;
  return async (asked) => {
    if (!isPlacing(asked)) return serve(asked);
    bets += 1;
    return bets % 10 === 3 ? acknowledged(asked) : serve(asked);
  };
};

/** A key that comes again is taken for a new one. */
const doubleKeys: Break = (serve) => {
  const known = new Set<string>();
  return async (asked) => {
    const key = asked.headers['idempotency-key'];
    if (key === undefined || !known.has(key)) {
      if (key !== undefined) known.add(key);
      return serve(asked);
    }
    return serve({ ...asked, headers: { ...asked.headers, 'idempotency-key': randomUUID() } });
  };
};

/** A bet on an event with a result is acknowledged. */
const takeLateBets: Break = (serve) => async (asked) => {
  const answer = await serve(asked);
  return isPlacing(asked) && answer.status === 409 ? acknowledged(asked) : answer;
};

/** A bet is shown as it was at first. */
const readStale: Break = (serve) => {
  const first = new Map<string, Answered>();
  return async (asked) => {
    if (asked.method !== 'GET' || !/^\/bets\/[\da-f]/.test(asked.path)) return serve(asked);
    const known = first.get(asked.path) ?? (await serve(asked));
    if (known.status === 200) first.set(asked.path, known);
    return known;
  };
};

/** An event is said to have a bet more than it has. */
const countWrongly: Break = (serve) => async (asked) => {
  const answer = await serve(asked);
  const { data } = answer.status < 300 ? eventBody.safeParse(JSON.parse(answer.body)) : {};
  if (data === undefined) return answer;
  const bets = { ...data.bets, total: data.bets.total + 1 };
  return { ...answer, body: JSON.stringify({ ...data, bets }) };
};

/** Not broken: every result says who decided it, as on AWS. */
export const sayWhoDecided: Break = (serve) => async (asked) => {
  const answer = await serve(asked);
  const isOfEvents = asked.path.startsWith('/events') && answer.status < 300;
  const body = answer.body.replaceAll('"decided_at":', '"decided_by":"operator-7","decided_at":');
  return isOfEvents ? { ...answer, body } : answer;
};

export const BREAKS = {
  'a lost bet': loseBets,
  'a doubled key': doubleKeys,
  'a late bet': takeLateBets,
  'a stale read': readStale,
  'a wrong total': countWrongly,
} as const satisfies Record<string, Break>;

const placing = z.object({ event_id: z.string(), amount: z.string() });

/** What the service answers when it has stored a bet. */
function acknowledged({ body }: Asked): Answered {
  const id = v7();
  const bet = { id, ...placing.parse(JSON.parse(body)) };
  const placed_at = new Date().toISOString();
  return {
    status: 201,
    headers: { 'content-type': 'application/json', location: `/bets/${id}` },
    body: JSON.stringify({ ...bet, status: 'pending', placed_at }),
  };
}

const KEPT_HEADERS = ['content-type', 'location', 'etag', 'link', 'idempotency-replayed'];

/** Passes everything on to the service at `target`, and breaks what it is told to. */
export async function startBrokenService(target: string, broken: Break) {
  const serve = broken(async ({ method, path, headers, body }) => {
    const { host: _host, connection: _connection, ...more } = headers;
    const init = { method, headers: more, ...(body !== '' && { body }) };
    const response = await fetch(target + path, { ...init, cache: 'no-store' });
    const entries = KEPT_HEADERS.map((name) => [name, response.headers.get(name)]);
    const kept = Object.fromEntries(entries.filter(([, value]) => value !== null));
    return { status: response.status, headers: kept, body: await response.text() };
  });
  const answer = async (request: IncomingMessage): Promise<Answered> => {
    const { method = '', url: path = '', headers } = request;
    const body = await text(request);
    const entries = Object.entries(headers).map(([name, value]) => [name, String(value)]);
    return serve({ method, path, headers: Object.fromEntries(entries), body });
  };
  const server = createServer((request, response) => {
    answer(request).then(
      ({ status, headers, body }) => response.writeHead(status, headers).end(body),
      () => response.destroy(),
    );
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      return server[Symbol.asyncDispose]();
    },
  };
}
