import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { problemAnswer, read } from '../../tests/support/apiEvent.ts';
import { problemResponse, PROBLEMS } from './problems.ts';

describe('PROBLEMS', () => {
  it('gives each failure its status', () => {
    const statuses = Object.entries(PROBLEMS).map(([code, { status }]) => [code, status]);

    expect(Object.fromEntries(statuses)).toEqual({
      'bet-not-found': 404,
      'body-too-large': 413,
      'correction-limit': 409,
      'cross-site': 403,
      'event-not-found': 404,
      'event-settled': 409,
      'expectation-failed': 417,
      'headers-too-large': 431,
      'idempotency-key-reused': 422,
      internal: 500,
      'invalid-request': 422,
      'malformed-json': 422,
      'malformed-request': 400,
      'method-not-allowed': 405,
      misdirected: 421,
      'not-ready': 503,
      'request-timeout': 408,
      'route-not-found': 404,
      unauthorized: 401,
      unavailable: 503,
      'unsupported-media-type': 415,
      'version-mismatch': 412,
    });
  });

  it('says of each failure what the documentation says', () => {
    const documented = readFileSync(join(__dirname, '../../docs/problems.md'), 'utf8');
    const rows = documented.matchAll(/^\| `([a-z-]+)` *\| (\d+) +\| (.+?) +\| (.+?) +\|$/gm);

    const told = [...rows].map(([, code, status, title, advice]) => [
      code,
      { status: Number(status), title, advice },
    ]);

    expect(told).toEqual(Object.entries(PROBLEMS));
  });

  it('has one title for each failure', () => {
    const titles = Object.values(PROBLEMS).map(({ title }) => title);

    expect(new Set(titles).size).toBe(titles.length);
  });
});

const ASKED = { requestId: 'request-1', root: '' };

describe('problemResponse', () => {
  it.each(['', '../', '../../'])('leads from the request to the page of problems: %j', (root) => {
    const { body } = problemResponse({ ...ASKED, root, code: 'internal', detail: 'Failed.' });

    expect(JSON.parse(body)).toMatchObject({ type: `${root}docs/problems#internal` });
  });

  it('is RFC 9457, with all faults', () => {
    const faults = [{ in: 'body' as const, pointer: '#/amount', detail: 'must be greater than 0' }];

    const response = problemResponse({
      ...ASKED,
      code: 'invalid-request',
      detail: 'Not valid.',
      errors: faults,
    });

    expect(read(response)).toEqual(problemAnswer('invalid-request', 'Not valid.', faults));
  });

  it('says when to come back to a service that is not ready', () => {
    const response = problemResponse({ ...ASKED, code: 'not-ready', detail: 'It is stopping.' });

    expect(read(response)).toEqual(problemAnswer('not-ready', 'It is stopping.'));
  });

  it("keeps the instance a valid URN, whatever the request's id", () => {
    const { body } = problemResponse({
      ...ASKED,
      code: 'internal',
      detail: 'Failed.',
      requestId: 'a b/ü=',
    });

    expect(JSON.parse(body)).toMatchObject({ instance: 'urn:bet-maker:request:a%20b%2F%C3%BC%3D' });
  });
});
