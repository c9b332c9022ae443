import { broken, conditionFailed, givenUp, refused } from '../../tests/support/dynamodb.ts';
import { BetError } from '../bets/errors.ts';
import { translateFailure } from './failures.ts';

const TRANSIENT = [
  ...[
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
  ].map((name) => [name, refused(name)] as const),
  ...[500, 502, 503, 599].map((status) => [status, refused('SomethingNew', status)] as const),
  ...['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'EPIPE', 'ETIMEDOUT'].map(
    (code) => [code, broken(code)] as const,
  ),
  ['CredentialsProviderError', refused('CredentialsProviderError')],
  ['AbortError', givenUp('AbortError')],
  ['TimeoutError', givenUp('TimeoutError')],
] as const;

describe('translateFailure', () => {
  it.each(TRANSIENT)('calls the store unavailable on the transient error %s', (_name, cause) => {
    const error = translateFailure(cause);

    const message = 'The store cannot be reached or is busy; try again.';
    expect(error).toBeInstanceOf(BetError);
    expect(error).toMatchObject({ code: 'unavailable', message, cause });
  });

  it.each([
    'The table does not have the specified index: byState',
    'Requested resource not found: the specified index does not exist',
  ])('says that the store does not fit when an index is missing: %s', (words) => {
    const cause = Object.assign(refused('ValidationException'), { message: words });

    expect(translateFailure(cause)).toMatchObject({
      code: 'not-ready',
      message: expect.stringMatching(/^The store does not fit: an index is missing, .*upgrade\.md/),
      cause,
    });
  });

  it.each([
    ['a failed condition', conditionFailed()],
    ['a request that is not valid', refused('ValidationException')],
    ['a role that is not allowed to', refused('AccessDeniedException')],
    ['an unknown refusal below 500', refused('SomethingNew', 499)],
    ['a refusal with the code of a socket', Object.assign(refused('New'), { code: 'ECONNRESET' })],
    ["Node's own errors", broken('ERR_INVALID_ARG_TYPE')],
    ['an error code that is a number', Object.assign(new Error('odd'), { code: 5 })],
    ['a bug', new TypeError('undefined is not a function')],
    ['what is no error', 'ECONNRESET'],
    ['nothing', undefined],
  ])('leaves %s as it is', (_case, thrown) => {
    const error = translateFailure(thrown);

    expect(error).toBe(thrown);
  });
});
