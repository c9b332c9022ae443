import { broken, conditionFailed, givenUp, refused } from '../../tests/support/dynamodb.ts';
import { BetError } from '../bets/errors.ts';
import { translateFailure } from './failures.ts';

const MESSAGE = 'The store cannot be reached or is busy; try again.';

describe('translateFailure', () => {
  it.each([
    'InternalServerError',
    'ItemCollectionSizeLimitExceededException',
    'LimitExceededException',
    'ProvisionedThroughputExceededException',
    'ReplicatedWriteConflictException',
    'RequestLimitExceeded',
    'ResourceNotFoundException',
    'ServiceUnavailable',
    'ServiceUnavailableException',
    'ThrottlingException',
    'TransactionConflictException',
    'TransactionInProgressException',
  ])('takes %s for a failure that passes', (name) => {
    const cause = refused(name);

    const error = translateFailure(cause);

    expect(error).toBeInstanceOf(BetError);
    expect(error).toMatchObject({ code: 'unavailable', message: MESSAGE, cause });
  });

  it.each(['AbortError', 'TimeoutError'] as const)(
    'takes a call given up by %s for one',
    (name) => {
      expect(translateFailure(givenUp(name))).toMatchObject({ code: 'unavailable' });
    },
  );

  it.each(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'EPIPE', 'ETIMEDOUT'])(
    'takes the socket error %s for one',
    (code) => {
      expect(translateFailure(broken(code))).toMatchObject({ code: 'unavailable' });
    },
  );

  it.each([500, 502, 503, 599])('takes any answer with status %d for one', (status) => {
    expect(translateFailure(refused('SomethingNew', status))).toMatchObject({
      code: 'unavailable',
    });
  });

  it.each([
    ['a failed condition', conditionFailed()],
    ['a request that is not valid', refused('ValidationException')],
    ['a role that is not allowed to', refused('AccessDeniedException')],
    ['an unknown refusal below 500', refused('SomethingNew', 499)],
    ["Node's own errors", broken('ERR_INVALID_ARG_TYPE')],
    ['an error code that is a number', Object.assign(new Error('odd'), { code: 5 })],
    ['a bug', new TypeError('undefined is not a function')],
    ['what is no error', 'ECONNRESET'],
    ['nothing', undefined],
  ])('leaves %s as it is', (_case, thrown) => {
    expect(translateFailure(thrown)).toBe(thrown);
  });

  it('goes by the status of an answer, whatever its code looks like', () => {
    const answered = Object.assign(refused('SomethingNew', 400), { code: 'ECONNRESET' });

    expect(translateFailure(answered)).toBe(answered);
  });
});
