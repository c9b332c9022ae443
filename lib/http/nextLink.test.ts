import { nextLink } from './nextLink.ts';

describe('nextLink', () => {
  it('is nothing after the last page', () => {
    expect(nextLink('/bets', { limit: 10 }, undefined)).toEqual({});
  });

  it('keeps the limit and the filters that are given, and moves the cursor', () => {
    const query = { limit: 1000, event_id: 'a:b~c', status: undefined };

    expect(nextLink('/bets', query, 'AbC-_')).toEqual({
      link: '</bets?limit=1000&event_id=a%3Ab%7Ec&cursor=AbC-_>; rel="next"',
    });
  });
});
