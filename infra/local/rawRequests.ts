import * as http from 'node:http';
import type { Duplex } from 'node:stream';
import type { HttpResponse, ProblemCode } from '../../lib/http/problems.ts';
import { refusal } from '../express/answers.ts';

const RAW_PROBLEMS: Record<string, { code: ProblemCode; detail: string }> = {
  ERR_HTTP_REQUEST_TIMEOUT: { code: 'request-timeout', detail: 'The request did not end in time.' },
  HPE_HEADER_OVERFLOW: { code: 'headers-too-large', detail: 'The headers are too large.' },
};
const MALFORMED = { code: 'malformed-request', detail: 'This is not HTTP/1.1.' } as const;

const OPTIONS = {
  headersTimeout: 5_000,
  /** Longer than the minute of most balancers: else a request may meet a closing connection. */
  keepAliveTimeout: 75_000,
  requestTimeout: 10_000,
  /** How often Node looks for requests that are over time, in milliseconds. */
  connectionsCheckingInterval: 1_000,
  // `hostFault` says why.
  requireHostHeader: false,
};

/** A server that answers also what never becomes a request for `serve`. */
export function createHttpServer(serve: http.RequestListener): http.Server {
  const server = http.createServer(OPTIONS, (request, response) => {
    noteDue(response);
    const fault = hostFault(request) ?? codingFault(request);
    if (fault === undefined) serve(request, response);
    else endResponse(response, refusal('malformed-request', fault, pathOf(request)));
  });
  server.on('clientError', rejectRawRequest);
  server.on('connect', rejectTunnel);
  server.on('checkExpectation', rejectExpectation);
  return server;
}

/** The answers that each connection still waits for, in the order of their requests. */
const dueAnswers = new WeakMap<Duplex, Set<http.ServerResponse>>();

function noteDue(response: http.ServerResponse): void {
  const { socket } = response.req;
  const due = dueAnswers.get(socket) ?? new Set();
  dueAnswers.set(socket, due.add(response));
  response.once('close', () => due.delete(response));
}

/**
 * Answers what Node cannot read as a request at all, and closes the connection. Whole requests
 * before it are answered first: a client would take this answer for theirs, and hold a placed bet
 * for refused.
 */
export function rejectRawRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  const reject = (): void => {
    const { code, detail } = RAW_PROBLEMS[error.code ?? ''] ?? MALFORMED;
    if (socket.writable) endSocket(socket, refusal(code, detail));
    else socket.destroy();
  };
  const due = [...(dueAnswers.get(socket) ?? [])].findLast(({ req }) => req.complete);
  if (error.code === 'ECONNRESET') socket.destroy();
  else if (due === undefined) reject();
  else due.once('close', reject);
}

/** CONNECT asks for a tunnel (RFC 9110 §9.3.6), for which Node gives a bare socket. */
function rejectTunnel(_request: unknown, socket: Duplex): void {
  const answer = refusal('method-not-allowed', 'This is no proxy.');
  // RFC 9110 §10.2.1: an empty list says that the target has no method. It is no resource here.
  endSocket(socket, { ...answer, headers: { ...answer.headers, allow: '' } });
  socket.on('error', () => socket.destroy());
}

/** RFC 9110 §10.1.1: an `Expect` that is not known. */
const rejectExpectation: http.RequestListener = (request, response) => {
  const detail = 'Of all expectations only 100-continue is met.';
  endResponse(response, refusal('expectation-failed', detail, pathOf(request)));
};

function pathOf({ url = '' }: http.IncomingMessage): string {
  return /^(?:\w+:\/\/[^/?#]*)?([^?#]*)/.exec(url)?.[1] ?? '';
}

/**
 * There is one `Host` in HTTP/1.1, and at most one before (RFC 9112 §3.2): two would let the parts
 * of a chain disagree. HTTP/0.9 has no headers.
 */
function hostFault({ httpVersion, headersDistinct }: http.IncomingMessage): string | undefined {
  // A proxy may have joined two: no name of a host has a comma.
  const hosts = headersDistinct['host']?.join().split(',').length ?? 0;
  if (httpVersion === '0.9') return MALFORMED.detail;
  if (hosts > 1) return 'There is more than one Host.';
  if (hosts < 1 && httpVersion !== '1.0') return 'The Host is missing.';
  return undefined;
}

/**
 * HTTP/1.0 has no transfer codings (RFC 9112 §6.1), and Node undoes none but the last. A proxy may
 * see another end of such a request. Node itself refuses a coding that it does not know.
 */
function codingFault({ httpVersion, headers }: http.IncomingMessage): string | undefined {
  const coding = headers['transfer-encoding'];
  if (coding === undefined) return undefined;
  if (httpVersion !== '1.1') return 'Only HTTP/1.1 has a Transfer-Encoding.';
  return coding.includes(',') ? 'There is more than one Transfer-Encoding.' : undefined;
}

function endResponse(response: http.ServerResponse, answer: HttpResponse): void {
  // The body that may follow is not read, so that nothing of it is taken for the next request.
  response.writeHead(answer.statusCode, closingHeaders(answer)).end(answer.body);
}

function endSocket(socket: Duplex, answer: HttpResponse): void {
  const { statusCode, body } = answer;
  const headers = Object.entries(closingHeaders(answer)).map((header) => header.join(': '));
  const status = `HTTP/1.1 ${statusCode} ${http.STATUS_CODES[statusCode]}`;
  socket.end([status, ...headers, '', body].join('\r\n'));
}

function closingHeaders({ headers, body }: HttpResponse) {
  return { ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' };
}
