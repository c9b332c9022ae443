import { BetError, unavailable } from './errors.ts';

describe('unavailable', () => {
  it('is an error of the domain that keeps its cause', () => {
    const cause = new Error('socket hang up');

    const error = unavailable('Try again.', cause);

    expect(error).toBeInstanceOf(BetError);
    expect(error).toMatchObject({
      name: 'BetError',
      code: 'unavailable',
      message: 'Try again.',
      cause,
    });
  });
});
