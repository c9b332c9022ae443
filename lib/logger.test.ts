import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { setImmediate as turn } from 'node:timers/promises';
import { unavailable } from './bets/errors.ts';
import { logger, withLogIds } from './logger.ts';

let lines: string[] = [];
const keep = (text: string | Uint8Array): boolean => lines.push(text.toString()) > 0;
beforeEach(() => {
  lines = [];
  jest.spyOn(process.stdout, 'write').mockImplementation(keep);
  jest.spyOn(process.stderr, 'write').mockImplementation(keep);
});
afterEach(() => jest.restoreAllMocks());

const logged = (): unknown[] => lines.map((line) => JSON.parse(line));

const ids = { requestId: 'request-1', correlationId: 'journey-1' };

describe('logger', () => {
  it('writes one JSON object a line', () => {
    logger.info('Settlements completed', { found: 1 });

    expect(logged()).toEqual([
      {
        level: 'INFO',
        message: 'Settlements completed',
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        service: 'bet-maker',
        found: 1,
      },
    ]);
  });

  it('puts the ids on every line of a request, and on no other', async () => {
    const request = withLogIds(ids, async () => {
      logger.warn('first');
      await turn();
      logger.error('second');
    });
    logger.info('outside');
    await request;

    expect(logged()).toEqual([
      expect.objectContaining({ message: 'first', ...ids }),
      expect.not.objectContaining(ids),
      expect.objectContaining({ message: 'second', ...ids }),
    ]);
  });

  it('keeps requests apart that go on at once', async () => {
    const request = (name: string) =>
      withLogIds({ requestId: name, correlationId: name }, async () => {
        await turn();
        logger.info(name);
      });

    await Promise.all(['one', 'two'].map(request));

    expect(logged()).toEqual([
      expect.objectContaining({ message: 'one', requestId: 'one' }),
      expect.objectContaining({ message: 'two', requestId: 'two' }),
    ]);
  });

  it('tells of an error its name, message, stack and cause, and no item of a table', () => {
    const cause = new TransactionCanceledException({
      $metadata: { httpStatusCode: 400 },
      message: 'Transaction cancelled',
      CancellationReasons: [
        { Code: 'ConditionalCheckFailed', Item: { key: { S: 'secret-key' } } },
        { Code: 'ThrottlingError' },
      ],
    });

    logger.warn('The store did not serve a request', { error: unavailable('Try again.', cause) });

    expect(logged()).toEqual([
      expect.objectContaining({
        error: {
          name: 'BetError',
          message: 'Try again.',
          stack: expect.any(String),
          cause: {
            name: 'TransactionCanceledException',
            message: 'Transaction cancelled',
            stack: expect.any(String),
          },
        },
      }),
    ]);
    expect(lines.join('')).not.toContain('secret-key');
  });
});
