import { instant } from './instants.ts';

const RULE = 'must be an instant such as 2026-11-27T20:00:00Z or, in a query, …T20:00:00%2B01:00';

describe('an instant', () => {
  // In milliseconds since the epoch, by GNU date.
  it.each([
    ['2026-11-22T12:00:00Z', 1_795_348_800_000],
    ['2026-11-22t12:00:00z', 1_795_348_800_000],
    ['2026-11-22T13:00:00+01:00', 1_795_348_800_000],
    ['2026-11-21T20:30:00-15:30', 1_795_348_800_000],
    ['2026-11-22T12:00:00-00:00', 1_795_348_800_000],
    ['2026-11-22T12:00:00.5Z', 1_795_348_800_500],
    ['2026-11-22T12:00:00.123000000Z', 1_795_348_800_123],
    ['2024-02-29T00:00:00Z', 1_709_164_800_000],
  ])('is taken in any zone, with a fraction or none: %s', (text, milliseconds) => {
    expect(instant.parse(text)).toBe(milliseconds);
  });

  it.each(['0.1230001', '0.1239', '0.12300000000000000000001'])(
    'is rounded up to whole milliseconds: %s seconds',
    (seconds) => {
      const text = `2026-11-22T12:00:00${seconds.slice(1)}Z`;

      expect(instant.parse(text)).toBe(1_795_348_800_124);
    },
  );

  it('is taken from before all bets and from after them', () => {
    expect(instant.parse('0000-01-01T00:00:00+23:59')).toBe(0);
    expect(instant.parse('9999-12-31T23:59:59-23:59')).toBe(253_402_300_799_999);
  });

  it.each([
    ...['', 'now', '2026-11-22', '2026-11-22T12:00Z', '2026-11-22T12:00:00', '1795348800000'],
    ...['2026-11-22T12:00:00 01:00', '2026-11-22 12:00:00Z', '2026-11-22T12:00:00+0100'],
    ...['2026-02-29T00:00:00Z', '2026-11-31T00:00:00Z', '2026-13-01T00:00:00Z'],
    ...['2026-11-22T24:00:00Z', '2026-11-22T23:60:00Z', '2026-12-31T23:59:60Z'],
    ...['2026-11-22T12:00:00+24:00', '2026-11-22T12:00:00.Z', '2026-11-22T12:00:00Z\n'],
    ...['+2026-11-22T12:00:00Z', '2026-11-22T12:00:00,5Z', '２026-11-22T12:00:00Z'],
  ])('is refused: %j', (text) => {
    expect(instant.safeParse(text).error?.issues).toMatchObject([{ message: RULE }]);
  });
});
