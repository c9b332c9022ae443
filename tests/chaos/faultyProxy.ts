import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { listen } from '../../infra/local/listen.ts';

/** How likely each fault of a request is, of 1, when the network is bad. */
const ROUGH = {
  delayed: 0.05,
  /** The connection is reset before the store hears of the request. */
  reset: 0.05,
  /** The store carries it out and the answer is lost. */
  answerLost: 0.05,
  /** The answer never comes, and the connection stays open. */
  swallowed: 0.01,
  /** The store gets it twice. */
  duplicated: 0.05,
  /** The store gets it after the service gave up. */
  late: 0.01,
};

const DELAY_MS = 1_500;
/** Longer than the service waits for one try of a call. */
const LATE_MS = 4_000;

/** An HTTP proxy on loopback between the service and its store, which does harm by chance. */
export async function startFaultyProxy(target: string) {
  let rough = false;
  const counts: Record<string, number> = {};
  /** How many bets are in each transaction that the store has and has not answered. */
  const underWay = new Map<object, number>();
  const happens = (fault: keyof typeof ROUGH): boolean => {
    if (!rough || Math.random() >= ROUGH[fault]) return false;
    counts[fault] = (counts[fault] ?? 0) + 1;
    return true;
  };
  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const body = await buffer(incoming);
    const pass = async () => {
      underWay.set(incoming, betsIn(incoming, body));
      return forward(target, incoming, body).finally(() => underWay.delete(incoming));
    };
    const unheard = (): void => void pass().catch(() => {});
    if (happens('reset')) return void outgoing.destroy();
    if (happens('late')) return void delay(LATE_MS).then(unheard);
    if (happens('swallowed')) return unheard();
    if (happens('delayed')) await delay(Math.random() * DELAY_MS);
    if (happens('duplicated')) unheard();
    const { status, headers, body: answer } = await pass();
    if (happens('answerLost')) return void outgoing.destroy();
    outgoing.writeHead(status, headers).end(answer);
  };
  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch(() => outgoing.destroy());
  });
  const port = await listen(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    setRough: (given: boolean) => void (rough = given),
    counts,
    /** The bets of each group that is with the store. */
    groupsUnderWay: () => [...underWay.values()].filter((bets) => bets > 1),
    close: () => {
      server.closeAllConnections();
      return server[Symbol.asyncDispose]();
    },
  };
}

/** How many bets a request is to store. */
function betsIn({ headers }: IncomingMessage, body: Buffer): number {
  const isTransaction = String(headers['x-amz-target']).endsWith('.TransactWriteItems');
  return isTransaction ? body.toString().split('"outcomeVersion"').length - 1 : 0;
}

async function forward(target: string, asked: IncomingMessage, body: Buffer) {
  const { method, headers, url = '/' } = asked;
  const answered = Promise.withResolvers<IncomingMessage>();
  const outgoing = ask(new URL(url, target), { method, headers }, answered.resolve);
  outgoing.on('error', answered.reject).end(body);
  const response = await answered.promise;
  const answer = await buffer(response);
  return { status: response.statusCode ?? 502, headers: response.headers, body: answer };
}
