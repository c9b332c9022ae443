import { BetError, unavailable } from './errors.ts';

describe('BetError', () => {
  it('has a code, a message and a name', () => {
    const error = new BetError('event-settled', 'The event has a result.');

    expect(error).toBeInstanceOf(Error);
    expect({ name: error.name, code: error.code, message: error.message }).toEqual({
      name: 'BetError',
      code: 'event-settled',
      message: 'The event has a result.',
    });
  });
});

describe('unavailable', () => {
  it('keeps the cause', () => {
    const cause = new Error('socket hang up');

    const error = unavailable('Try again.', cause);

    expect({ code: error.code, message: error.message, cause: error.cause }).toEqual({
      code: 'unavailable',
      message: 'Try again.',
      cause,
    });
  });
});
