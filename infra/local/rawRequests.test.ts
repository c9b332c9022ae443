import { describe, expect, it } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { rejectRawRequest } from './rawRequests.ts';

function answerTo(code: string | undefined): string {
  const socket = new PassThrough();
  rejectRawRequest(Object.assign(new Error('secret'), code === undefined ? {} : { code }), socket);
  return String(socket.read());
}

describe('rejectRawRequest', () => {
  it.each([
    ['ERR_HTTP_REQUEST_TIMEOUT', '408 Request Timeout', 'request-timeout'],
    [undefined, '400 Bad Request', 'malformed-request'],
  ])('answers %s with %s and closes the connection', (code, status, problem) => {
    const text = answerTo(code);

    const [head = '', body = ''] = text.split('\r\n\r\n');
    expect(head.split('\r\n')[0]).toBe(`HTTP/1.1 ${status}`);
    expect(head).toContain('\r\nconnection: close');
    expect(head).toContain('\r\ncontent-type: application/problem+json');
    expect(head).toContain(`\r\ncontent-length: ${Buffer.byteLength(body)}`);
    const type = `docs/problems#${problem}`;
    expect(JSON.parse(body)).toMatchObject({ type, status: Number(status.slice(0, 3)) });
    expect(text).not.toContain('secret');
  });

  it('answers nothing to a client that is gone', () => {
    const socket = new PassThrough();

    rejectRawRequest(Object.assign(new Error('reset'), { code: 'ECONNRESET' }), socket);

    expect(socket.destroyed).toBe(true);
    expect(socket.read()).toBeNull();
  });

  it('answers nothing to a socket that was ended', () => {
    const socket = new PassThrough();
    socket.end();

    rejectRawRequest(new Error('parse error'), socket);

    expect(socket.destroyed).toBe(true);
  });
});
