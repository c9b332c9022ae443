import { createHash } from 'node:crypto';
import { betIdOf } from '../../tests/support/samples.ts';
import { betCursor, listBets } from './calls/listBets.ts';
import { listEvents } from './calls/listEvents.ts';
import { limitUpTo, nextLink } from './paging.ts';

const ID = betIdOf(0xa);
const ACTIVITY = '2026-11-22T12:00:00.000Z sr:match:42';

/** Made by hand: the place and the first six bytes of SHA-256 of it and the filter. */
function cursorOf(place: Buffer, filter: string): string {
  const check = createHash('sha256').update(place).update(filter).digest('hex').slice(0, 12);
  return Buffer.concat([place, Buffer.from(check, 'hex')]).toString('base64url');
}
const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll('-', ''), 'hex');

/** Where a page of bets begins, or of events; undefined for a cursor that is refused. */
const bets = (cursor: string, event_id?: string) =>
  listBets.request.query.safeParse({ cursor, event_id }).data?.before;
const events = (cursor: string, state?: string) =>
  listEvents.request.query.safeParse({ cursor, state }).data?.before;

describe('a cursor of bets', () => {
  it('is the id of a bet and a check of it and the event', () => {
    expect(betCursor(ID, undefined)).toBe(cursorOf(hex(ID), ''));
    expect(betCursor(ID, 'e')).toBe(cursorOf(hex(ID), 'e'));
    expect(bets(betCursor(ID, 'e'), 'e')).toBe(ID);
  });

  it.each([
    ['a UUID of another version', ID.replace('7000', '4000')],
    ['what is no UUID', 'ff'.repeat(16)],
    ['too few bytes', ID.slice(0, -2)],
  ])('is refused for %s although its check is right', (_case, place) => {
    expect(bets(cursorOf(hex(place), ''))).toBeUndefined();
  });
});

describe('a cursor of events', () => {
  it('is the activity of an event and a check of it and the state', () => {
    expect(events(cursorOf(Buffer.from(ACTIVITY), 'events\n'))).toBe(ACTIVITY);
    expect(events(cursorOf(Buffer.from(ACTIVITY), 'events\nopen'), 'open')).toBe(ACTIVITY);
  });

  it.each(['noon sr:match:42', '2026-11-22T12:00:00.000Z', '2026-11-22T12:00:00.000Z a\nb'])(
    'is refused for %j although its check is right',
    (place) => {
      expect(events(cursorOf(Buffer.from(place), 'events\n'))).toBeUndefined();
    },
  );
});

describe('limitUpTo', () => {
  const limit = limitUpTo(1000, {});

  it.each([
    [undefined, 1000],
    ['1', 1],
    ['1000', 1000],
  ])('takes %j', (text, count) => {
    expect(limit.parse(text)).toBe(count);
  });

  it.each(['0', '1001', '-1', '1.5', '1e2', '', ' 1', '1,2', '00001'])('refuses %j', (text) => {
    const { error } = limit.safeParse(text);

    const messages = error?.issues.map(({ message }) => message);
    expect(messages).toEqual(['must be an integer from 1 to 1000']);
  });
});

describe('nextLink', () => {
  it('is nothing after the last page', () => {
    expect(nextLink({ limit: 10 }, undefined)).toEqual({});
  });

  it('keeps the limit and the filters that are given, and moves the cursor', () => {
    const query = { limit: 1000, event_id: 'a:b~c', status: undefined };

    expect(nextLink(query, 'AbC-_')).toEqual({
      link: '<?limit=1000&event_id=a%3Ab%7Ec&cursor=AbC-_>; rel="next"',
    });
  });
});
