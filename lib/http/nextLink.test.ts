import { encodeCursor } from './cursor.ts';
import { nextLink } from './nextLink.ts';

const ID = '01900000-0000-7000-8000-00000000000a';

describe('nextLink', () => {
  it('is nothing after the last page', () => {
    expect(nextLink({ limit: 10, before: undefined }, undefined)).toEqual({});
  });

  it('keeps the limit and moves the cursor', () => {
    expect(nextLink({ limit: 10, before: undefined }, ID)).toEqual({
      link: `</bets?limit=10&cursor=${encodeCursor(ID, undefined)}>; rel="next"`,
    });
  });

  it('keeps the filters, and binds the cursor to the event', () => {
    const query = { limit: 1000, before: ID, event_id: 'a:b~c', status: 'won' as const };

    expect(nextLink(query, ID)).toEqual({
      link: `</bets?limit=1000&event_id=a%3Ab%7Ec&status=won&cursor=${encodeCursor(ID, 'a:b~c')}>; rel="next"`,
    });
  });
});
