import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { historyOf, type Service, startService } from '../support/service.ts';
import { shout, takeAnswers } from './wire.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ OPERATOR_TOKEN: 'operators-of-the-house' });
});
afterAll(async () => {
  await service.stop('SIGTERM');
});

/** The service closes each of these connections; this is for when it does not. */
const QUIET_MS = 5_000;

type Header = readonly [name: string, value: string];

const bodyOf = (event: string): string => JSON.stringify({ event_id: event, amount: '1.00' });

/** What every bet is sent with; a header of `more` of the same name takes the place of its own. */
function betWith(event: string, key: string, more: readonly Header[]): Buffer {
  const own: Header[] = [
    ['Host', 'x'],
    ['Content-Type', 'application/json'],
    ['Content-Length', `${bodyOf(event).length}`],
    ['Idempotency-Key', key],
  ];
  const given = new Set(more.map(([name]) => name.toLowerCase()));
  const kept = own.filter(([name]) => !given.has(name.toLowerCase()));
  const lines = [...kept, ...more, ['Connection', 'close']].map((header) => header.join(': '));
  return Buffer.from(['POST /bets HTTP/1.1', ...lines, '', bodyOf(event)].join('\r\n'), 'latin1');
}

async function statusesOf(bytes: Buffer): Promise<number[]> {
  const { answers } = takeAnswers(await shout(service.url, bytes, QUIET_MS));
  return answers.map(({ status }) => status).filter((status) => status !== 100);
}

/** By name: what may stand in it beside the value that makes a bet a good one. */
const VALUES: Record<string, string[]> = {
  'Idempotency-Key': ['another-key', '"another-key"', ''],
  'Content-Type': ['application/json; charset=utf-8', 'text/plain', ''],
  'Content-Length': ['0', '5'],
  'Transfer-Encoding': ['chunked', 'identity'],
  'Content-Encoding': ['identity', 'gzip'],
  Host: ['x', 'y', ''],
  Authorization: ['Bearer operators-of-the-house', 'Bearer x', 'Basic eDp5'],
  'X-Correlation-Id': ['a', 'b'],
  'If-Match': ['*', '"0"', '"1"'],
  'If-None-Match': ['*', '"0"'],
  Expect: ['100-continue', 'y'],
  Cookie: ['a=1', 'b=2'],
  Origin: ['https://a.example', 'https://b.example'],
  'X-Forwarded-For': ['192.0.2.1', '192.0.2.2'],
};
const NAMES = Object.keys(VALUES);

const name = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...NAMES) },
  { weight: 1, arbitrary: fc.stringMatching(/^X-[A-Za-z0-9!#$%&'*+.^_`|~-]{1,12}$/) },
);
const twoOf = name.chain((of) => {
  const value = fc.constantFrom('own', ...(VALUES[of] ?? ['a', 'b']));
  return fc.record({ of: fc.constant(of), values: fc.tuple(value, value) });
});
const way = fc.constantFrom('apart', 'in two cases', ',', ', ', ' ,');

function twice(of: string, [one, other]: readonly [string, string], how: string): Header[] {
  if (how === 'apart') return Array.of<Header>([of, one], [of, other]);
  if (how === 'in two cases') return Array.of<Header>([of, one], [of.toLowerCase(), other]);
  return [[of, `${one}${how}${other}`]];
}

describe('two of any header, joined or apart', () => {
  it('never place two bets, and never fail the service', async () => {
    await fc.assert(
      fc.asyncProperty(twoOf, way, async ({ of, values }, how) => {
        const [event, key] = [randomUUID(), randomUUID()];
        const own: Record<string, string> = {
          'Idempotency-Key': key,
          'Content-Type': 'application/json',
          'Content-Length': `${bodyOf(event).length}`,
        };
        const [one, other] = values.map((value) => (value === 'own' ? (own[of] ?? 'a') : value));
        const doubled = betWith(event, key, twice(of, [one ?? '', other ?? ''], how));
        const plain = betWith(event, key, []);

        const [first, retry, third] = [
          await statusesOf(doubled),
          await statusesOf(plain),
          await statusesOf(doubled),
        ];

        expect(retry).toEqual([201]);
        expect(third).toEqual(first);
        expect(first.every((status) => status === 201 || (status >= 400 && status < 500))).toBe(
          true,
        );
        expect(await historyOf(service, event)).toHaveLength(1);
      }),
      { numRuns: 250 },
    );
  });

  it.each([
    ['Idempotency-Key', 'a', 'a', 422],
    ['Idempotency-Key', 'a', 'b', 422],
    ['Content-Type', 'application/json', 'application/json', 415],
    ['Content-Type', 'application/json;charset=utf-8', 'text/plain', 415],
    ['Content-Length', '{length}', '{length}', 400],
    ['Host', 'x', 'x', 400],
    ['Transfer-Encoding', 'chunked', 'chunked', 400],
    // Nothing hangs on it: the service's own id takes its place in the log.
    ['X-Correlation-Id', 'a', 'b', 201],
    // POST /bets asks for no token.
    ['Authorization', 'Bearer a', 'Bearer b', 201],
    // Lists.
    ['Cookie', 'a=1', 'b=2', 201],
    ['X-Forwarded-For', '192.0.2.1', '192.0.2.2', 201],
  ])('%s with %s and %s is answered alike: %i', async (of, one, other, status) => {
    const event = randomUUID();
    const values = [one, other].map((value) =>
      value.replace('{length}', `${bodyOf(event).length}`),
    );
    const pair = [values[0] ?? '', values[1] ?? ''] as const;

    const apart = await statusesOf(betWith(event, randomUUID(), twice(of, pair, 'apart')));
    const joined = await statusesOf(betWith(event, randomUUID(), twice(of, pair, ',')));

    expect([apart, joined]).toEqual([[status], [status]]);
  });

  it('is no token of an operator, whichever of the two is right', async () => {
    const right = 'Bearer operators-of-the-house';
    const settle = (pair: readonly [string, string], how: string) => {
      const lines = twice('Authorization', pair, how).map((header) => header.join(': '));
      const body = '{"status":"WIN"}';
      const type = 'Content-Type: application/json';
      const rest = ['Host: x', type, `Content-Length: ${body.length}`, 'Connection: close'];
      const head = [`PUT /events/${randomUUID()} HTTP/1.1`, ...rest, ...lines, '', body];
      return statusesOf(Buffer.from(head.join('\r\n')));
    };

    const answers = [
      await settle([right, 'Bearer x'], 'apart'),
      await settle(['Bearer x', right], 'apart'),
      await settle([right, right], 'apart'),
      await settle([right, right], ','),
    ];

    expect(answers).toEqual([[401], [401], [401], [401]]);
  });
});
