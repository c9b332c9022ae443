import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

export interface Load {
  perSecond: number;
  /** Of each request, in milliseconds. */
  latenciesMs: number[];
  /** When each was answered, in milliseconds since the first was sent. */
  answeredMs: number[];
  /** What sending a bet cost the sender itself, which shares the machine with what it measures. */
  ownCpuMs: number;
}

interface Wanted {
  connections: number;
  /** They take turns. */
  events: readonly [string, ...string[]];
  /** Each bet has an idempotency key of its own. */
  keyed?: boolean | undefined;
  /** Ends after so many bets, or when no more were sent for this long. */
  count?: number;
  seconds?: number;
}

/** POSTs over kept-alive connections; throws on any status but 201. */
export async function postBets(url: string, wanted: Wanted): Promise<Load> {
  const { connections, events, keyed, count = Infinity, seconds = Infinity } = wanted;
  const sockets = await Promise.all(Array.from({ length: connections }, () => openSocket(url)));
  const texts = events.map((event) => betText(url, event));
  const latenciesMs: number[] = [];
  const answeredMs: number[] = [];
  let sent = 0;
  const cpu = process.cpuUsage();
  const begun = performance.now();
  const postOnAndOn = async ({ ask }: Socket): Promise<void> => {
    for (let now = begun; sent < count && now - begun < seconds * 1_000;) {
      const text = texts[sent % texts.length] ?? '';
      sent += 1;
      const asked = performance.now();
      const status = await ask(keyed === true ? withKey(text) : text);
      now = performance.now();
      latenciesMs.push(now - asked);
      answeredMs.push(now - begun);
      if (status !== 201) throw new Error(`A bet was answered ${status}`);
    }
  };
  await Promise.all(sockets.map(postOnAndOn));
  const perSecond = (sent / (performance.now() - begun)) * 1_000;
  const { user, system } = process.cpuUsage(cpu);
  for (const { close } of sockets) close();
  return { perSecond, latenciesMs, answeredMs, ownCpuMs: (user + system) / 1_000 / sent };
}

function betText(url: string, event: string): string {
  return requestText('POST', `${url}/bets`, { event_id: event, amount: '1.00' });
}

function withKey(text: string): string {
  return text.replace('\r\n', `\r\nidempotency-key: "${randomUUID()}"\r\n`);
}

export function requestText(method: string, url: string, given: object): string {
  const { pathname, host } = new URL(url);
  const body = JSON.stringify(given);
  const head = [
    `${method} ${pathname} HTTP/1.1`,
    `host: ${host}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

export type Socket = Awaited<ReturnType<typeof openSocket>>;

/**
 * A kept-alive connection for one request at a time. By hand, because a request of Node's own
 * client costs 32 to 60 µs of CPU, a good part of what the service needs for a bet in a group. This
 * one costs 13 to 20 µs.
 */
export async function openSocket(url: string) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).setNoDelay().setEncoding('latin1');
  await once(socket, 'connect');
  let answer = '';
  let waiting: PromiseWithResolvers<number> | undefined;
  socket.on('data', (text: string) => {
    answer += text;
    if (!isWhole(answer)) return;
    const status = Number(answer.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length));
    answer = '';
    waiting?.resolve(status);
  });
  // An error is followed by a close; what is asked later must not wait for ever either.
  socket.on('error', () => {});
  socket.on('close', () => waiting?.reject(new Error('The connection was closed')));
  return {
    /** Sends a request: the status of its answer, once all of the answer is there. */
    ask: (text: string): Promise<number> => {
      if (socket.destroyed) throw new Error('The connection is closed');
      waiting = Promise.withResolvers();
      socket.write(text);
      return waiting.promise;
    },
    close: () => socket.destroy(),
  };
}

/** The service says how long a body is; the floor sends chunks, of which the last is empty. */
function isWhole(answer: string): boolean {
  const headEnd = answer.indexOf('\r\n\r\n');
  if (headEnd < 0) return false;
  const [, length] = /\r\ncontent-length: (\d+)\r\n/i.exec(answer) ?? [];
  if (length === undefined) return answer.endsWith('\r\n0\r\n\r\n');
  return answer.length >= headEnd + '\r\n\r\n'.length + Number(length);
}

const TICKS_PER_SECOND = 100;

/** CPU time that a process has used, in seconds (Linux: proc(5), fields 14 and 15). */
export function cpuSeconds(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Memory of a process that is in RAM, in megabytes. */
export function residentMegabytes(pid: number): number {
  const [, kilobytes = 'NaN'] =
    /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1_024;
}
