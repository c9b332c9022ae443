import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { setImmediate as turn } from 'node:timers/promises';
import { keptLog } from '../tests/support/keptLog.ts';
import { unavailable } from './bets/errors.ts';
import { withLogIds } from './logger.ts';

describe('a logger', () => {
  it('writes one JSON object a line', () => {
    const { logger, lines } = keptLog();

    logger.info('Settlements completed', { found: 1 });

    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        level: 'INFO',
        message: 'Settlements completed',
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        service: 'bet-maker',
        found: 1,
      },
    ]);
  });

  it('puts the ids of a request on each of its lines, and on no other', async () => {
    const { logger, lines } = keptLog();
    const request = (name: string) =>
      withLogIds({ requestId: name, correlationId: `${name}'s` }, async () => {
        logger.warn('first');
        await turn();
        logger.error('second');
      });

    const requests = Promise.all(['one', 'two'].map(request));
    logger.info('outside');
    await requests;

    const logged = lines.map((line) => JSON.parse(line));
    expect(logged.map((line) => [line.message, line.requestId, line.correlationId])).toEqual([
      ['first', 'one', "one's"],
      ['first', 'two', "two's"],
      ['outside', undefined, undefined],
      ['second', 'one', "one's"],
      ['second', 'two', "two's"],
    ]);
  });

  it('tells of an error its name, message, stack and cause, and no item of a table', () => {
    const { logger, lines } = keptLog();
    const cause = new TransactionCanceledException({
      $metadata: { httpStatusCode: 400 },
      message: 'Transaction cancelled',
      CancellationReasons: [{ Code: 'ConditionalCheckFailed', Item: { key: { S: 'secret' } } }],
    });

    logger.warn('The store did not serve a request', { error: unavailable('Try again.', cause) });

    expect(lines.map((line) => JSON.parse(line).error)).toEqual([
      {
        name: 'BetError',
        message: 'Try again.',
        stack: expect.any(String),
        cause: {
          name: 'TransactionCanceledException',
          message: 'Transaction cancelled',
          stack: expect.any(String),
        },
      },
    ]);
    expect(lines.join('')).not.toContain('secret');
  });

  it('tells why each address of a host failed', () => {
    const { logger, lines } = keptLog();
    const reasons = [new Error('connect ECONNREFUSED ::1:9'), new Error('connect EHOSTUNREACH')];

    logger.warn('The store is away', { error: new AggregateError(reasons) });

    const message = 'Error: connect ECONNREFUSED ::1:9; Error: connect EHOSTUNREACH';
    expect(lines.map((line) => JSON.parse(line).error.message)).toEqual([message]);
  });
});
