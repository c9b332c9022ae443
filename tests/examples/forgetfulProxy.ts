import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { listen } from '../../infra/local/listen.ts';

const PASSED_ON = new Set(['content-type', 'idempotency-key', 'if-match', 'etag', 'link']);

/** Stands before the service at `target`, and loses its answer to the first bet with a key. */
export async function startForgetfulProxy(target: string) {
  const keys: string[] = [];
  const passOn = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = 'GET', url = '/' } = request;
    const body = await text(request);
    const headers = passedOn(new Headers(Object.entries(request.headers).map(pairOf)));
    const answer = await fetch(target + url, { method, headers, ...(body !== '' && { body }) });
    const answered = await answer.text();
    const key = headers.get('idempotency-key');
    if (key !== null && keys.push(key) === 1) return void response.destroy();
    response.writeHead(answer.status, Object.fromEntries(passedOn(answer.headers)));
    response.end(answered);
  };
  const server = createServer((request, response) => {
    passOn(request, response).catch(() => response.destroy());
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    /** The keys of the bets that came, in their order. */
    keys,
    close: () => server[Symbol.asyncDispose](),
  };
}

const pairOf = ([name, value]: [string, unknown]): [string, string] => [name, String(value)];

function passedOn(headers: Headers): Headers {
  return new Headers([...headers].filter(([name]) => PASSED_ON.has(name)));
}
