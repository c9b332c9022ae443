import { describe, expect, it } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { rejectRawRequest } from './rawRequests.ts';

function answerTo(code: string | undefined): { status: string; text: string } {
  const socket = new PassThrough();
  rejectRawRequest(Object.assign(new Error('secret'), code === undefined ? {} : { code }), socket);
  const text = String(socket.read());
  return { status: text.slice(0, text.indexOf('\r\n')), text };
}

describe('rejectRawRequest', () => {
  it.each([
    ['ERR_HTTP_REQUEST_TIMEOUT', '408 Request Timeout', 'request-timeout'],
    [undefined, '400 Bad Request', 'malformed-request'],
  ])('answers %s with %s and closes the connection', (code, status, problem) => {
    const answer = answerTo(code);

    const [head = '', body = ''] = answer.text.split('\r\n\r\n');
    expect(answer.status).toBe(`HTTP/1.1 ${status}`);
    expect(head).toContain('\r\nconnection: close');
    expect(head).toContain('\r\ncontent-type: application/problem+json');
    expect(head).toContain(`\r\ncontent-length: ${Buffer.byteLength(body)}`);
    expect(JSON.parse(body)).toMatchObject({
      type: `/docs/problems#${problem}`,
      status: Number(status.slice(0, 3)),
    });
    expect(answer.text).not.toContain('secret');
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
