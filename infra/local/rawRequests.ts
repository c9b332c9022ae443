import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ProblemCode, problemResponse } from '../../lib/http/problems.ts';

const RAW_PROBLEMS: Record<string, { code: ProblemCode; detail: string }> = {
  ERR_HTTP_REQUEST_TIMEOUT: { code: 'request-timeout', detail: 'The request did not end in time.' },
  HPE_HEADER_OVERFLOW: { code: 'headers-too-large', detail: 'The headers are too large.' },
};
const MALFORMED = { code: 'malformed-request', detail: 'This is not HTTP/1.1.' } as const;

/** Answers what Node cannot read as a request at all, and closes the connection. */
export function rejectRawRequest(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { code, detail } = RAW_PROBLEMS[error.code ?? ''] ?? MALFORMED;
  const { statusCode, headers, body } = problemResponse(code, detail, randomUUID());
  const length = Buffer.byteLength(body);
  const lines = Object.entries({ ...headers, 'content-length': length, connection: 'close' });
  socket.end(
    `HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode]}\r\n` +
      `${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
  );
}
