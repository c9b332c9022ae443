import { randomUUID } from 'node:crypto';
import {
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Duplex } from 'node:stream';
import { type HttpResponse, type ProblemCode, problemResponse } from '../../lib/http/problems.ts';

/** What must be answered before there is a request that Express could look at. */

const RAW_PROBLEMS: Record<string, { code: ProblemCode; detail: string }> = {
  ERR_HTTP_REQUEST_TIMEOUT: { code: 'request-timeout', detail: 'The request did not end in time.' },
  HPE_HEADER_OVERFLOW: { code: 'headers-too-large', detail: 'The headers are too large.' },
};
const MALFORMED = { code: 'malformed-request', detail: 'This is not HTTP/1.1.' } as const;

/** The answers that each connection still waits for, in order, by their requests. */
const dueAnswers = new WeakMap<Duplex, Map<IncomingMessage, ServerResponse>>();

/** `serve`, with a note of each answer that is due, for when what follows is unreadable. */
export function noteAnswers(serve: RequestListener): RequestListener {
  return (request, response) => {
    const due = dueAnswers.get(request.socket) ?? new Map<IncomingMessage, ServerResponse>();
    dueAnswers.set(request.socket, due.set(request, response));
    response.once('close', () => due.delete(request));
    serve(request, response);
  };
}

/**
 * Answers what Node cannot read as a request at all, and closes the connection. Whole requests
 * before it are answered first: a client would take this answer for theirs, and hold a placed bet
 * for refused.
 */
export function rejectRawRequest(error: Error & { code?: string }, socket: Duplex): void {
  const due = [...(dueAnswers.get(socket) ?? [])].findLast(([request]) => request.complete);
  if (due === undefined || error.code === 'ECONNRESET') rejectNow(error, socket);
  else due[1].once('close', () => rejectNow(error, socket));
}

function rejectNow(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { code, detail } = RAW_PROBLEMS[error.code ?? ''] ?? MALFORMED;
  endWith(socket, problemResponse(code, detail, randomUUID()));
}

/** CONNECT asks for a tunnel (RFC 9110 §9.3.6), for which Node gives a bare socket. */
export function rejectTunnel(_request: unknown, socket: Duplex): void {
  const answer = problemResponse('method-not-allowed', 'This is no proxy.', randomUUID());
  // RFC 9110 §10.2.1: an empty list says that the target, which is no resource here, has no method.
  endWith(socket, { ...answer, headers: { ...answer.headers, allow: '' } });
  socket.on('error', () => socket.destroy());
}

/** RFC 9110 §10.1.1: an `Expect` that is not known. */
export const rejectExpectation: RequestListener = (_request, response) => {
  const detail = 'Of all expectations only 100-continue is met.';
  endResponse(response, problemResponse('expectation-failed', detail, randomUUID()));
};

/**
 * `serve` for requests whose host is beyond doubt: one `Host` in HTTP/1.1, at most one before
 * (RFC 9112 §3.2), since two would let the parts of a chain disagree. HTTP/0.9 has no headers.
 */
export function demandHost(serve: RequestListener): RequestListener {
  return (request, response) => {
    const fault = hostFault(request);
    if (fault === undefined) return serve(request, response);
    endResponse(response, problemResponse('malformed-request', fault, randomUUID()));
  };
}

function hostFault({ httpVersion, headersDistinct }: IncomingMessage): string | undefined {
  const hosts = headersDistinct['host']?.length ?? 0;
  if (httpVersion === '0.9') return MALFORMED.detail;
  if (hosts > 1) return 'There is more than one Host.';
  if (hosts < 1 && httpVersion !== '1.0') return 'The Host is missing.';
  return undefined;
}

function endResponse(
  response: Parameters<RequestListener>[1],
  { statusCode, headers, body }: HttpResponse,
): void {
  const length = Buffer.byteLength(body);
  // The body that may follow is not read, so that nothing of it is taken for the next request.
  response.writeHead(statusCode, { ...headers, 'content-length': length, connection: 'close' });
  response.end(body);
}

function endWith(socket: Duplex, { statusCode, headers, body }: HttpResponse): void {
  const length = Buffer.byteLength(body);
  const lines = Object.entries({ ...headers, 'content-length': length, connection: 'close' });
  socket.end(
    `HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode]}\r\n` +
      `${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
  );
}
