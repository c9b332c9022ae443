import express, { type RequestHandler } from 'express';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { listen } from '../../infra/local/listen.ts';

interface Asked {
  method?: string;
  path?: string;
  /** With `node:http`, which sends also those that `fetch` keeps for itself. */
  headers: Record<string, string>;
}

/** What a middleware answers: the status and the problem, or 204 for what it lets through. */
export async function askThrough(guard: RequestHandler, { headers, ...asked }: Asked) {
  const app = express();
  app.use(guard);
  app.use((_request, response) => void response.status(204).end());
  const server = createServer(app);
  const to = { host: '127.0.0.1', port: await listen(server) };
  const sent = request({ ...asked, ...to, headers: { ...headers, connection: 'close' } }).end();
  const [answer]: IncomingMessage[] = await once(sent, 'response');
  const body = answer === undefined ? '' : await text(answer);
  server.close();
  return [answer?.statusCode, ...(body === '' ? [] : [JSON.parse(body)])];
}
