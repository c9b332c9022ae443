import { connect, type Socket } from 'node:net';
import type { WireRequest } from './requests.ts';

export interface WireAnswer {
  status: number;
  headers: ReadonlyMap<string, string>;
  body: string;
}

/** One request's bytes. Text of headers is written byte by byte, as latin1. */
export function toBytes({ method, target, headers, body }: WireRequest): Buffer {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const own = `host: localhost\r\ncontent-length: ${body.length}\r\n`;
  const head = `${method} ${target} HTTP/1.1\r\n${own}${lines}\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}

/** The whole answers at the front of what was read, and what is left. */
export function takeAnswers(read: Buffer): { answers: WireAnswer[]; rest: Buffer } {
  const answers: WireAnswer[] = [];
  let rest = read;
  for (let taken = takeAnswer(rest); taken !== undefined; taken = takeAnswer(rest)) {
    answers.push(taken.answer);
    rest = rest.subarray(taken.length);
  }
  return { answers, rest };
}

/** The first whole answer at the front of what was read, and how many bytes it has. */
function takeAnswer(
  read: Buffer,
  withoutBody = false,
): { answer: WireAnswer; length: number } | undefined {
  const end = read.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [statusLine = '', ...lines] = read.toString('latin1', 0, end).split('\r\n');
  const headers = new Map(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  // What says no length goes on until the end of the connection: an answer to HTTP/1.0.
  const rest = headers.get('connection') === 'close' ? read.length - end - 4 : 0;
  const bytes = withoutBody ? 0 : Number(headers.get('content-length') ?? rest);
  const length = end + 4 + bytes;
  if (read.length < length) return undefined;
  const body = read.toString('utf8', end + 4, length);
  return { answer: { status: Number(statusLine.split(' ')[1]), headers, body }, length };
}

/** A connection that asks one thing after another, and opens itself again when it was closed. */
export class Line {
  readonly #port: number;
  #socket: Socket | undefined;

  constructor(url: string) {
    this.#port = Number(new URL(url).port);
  }

  /** The answer, or why there is none. */
  ask(bytes: Buffer, withoutBody: boolean, patienceMs: number): Promise<WireAnswer | string> {
    const socket = this.#open();
    return new Promise((resolve) => {
      let read: Buffer = Buffer.alloc(0);
      const finish = (outcome: WireAnswer | string): void => {
        clearTimeout(timer);
        socket.removeAllListeners('data').removeAllListeners('close');
        const isOver = typeof outcome === 'string' || outcome.headers.get('connection') === 'close';
        if (isOver) this.end();
        resolve(outcome);
      };
      const timer = setTimeout(() => finish(`no answer within ${patienceMs} ms`), patienceMs);
      socket.on('data', (data) => {
        read = read.length === 0 ? data : Buffer.concat([read, data]);
        const taken = takeAnswer(read, withoutBody);
        if (taken !== undefined) finish(taken.answer);
      });
      socket.on('close', () => finish('the connection was closed without an answer'));
      socket.write(bytes);
    });
  }

  end(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #open(): Socket {
    if (this.#socket === undefined || this.#socket.destroyed) {
      this.#socket = connect(this.#port, '127.0.0.1');
      this.#socket.setNoDelay(true).on('error', () => {});
    }
    return this.#socket;
  }
}

/** Sends bytes that need not be HTTP; all that comes back until the end, or a time of silence. */
export function shout(url: string, bytes: Buffer, quietMs: number): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    // Not ended by this side: Node gives a half-closed connection up, answered or not.
    socket.setTimeout(quietMs, () => socket.destroy());
    socket.on('data', (data) => chunks.push(data));
    socket.on('error', () => {});
    socket.on('close', () => resolve(Buffer.concat(chunks)));
    socket.write(bytes);
  });
}
