import * as fc from 'fast-check';
import { firstIdAt, isBetId, lastIdBelow, newBetId, SHARDS, shardOf } from './ids.ts';

const instant = fc.nat({ max: 2 ** 48 - 1 });

describe('newBetId', () => {
  it('begins with the time of placing, so ids sort by time', () => {
    fc.assert(
      fc.property(instant, instant, (one, other) => {
        const [first, second] = [newBetId(one), newBetId(other)];

        expect(first.replaceAll('-', '').slice(0, 12)).toBe(one.toString(16).padStart(12, '0'));
        expect(isBetId(first)).toBe(true);
        // Two bets of one millisecond may stand in either order.
        expect(one === other || first < second === one < other).toBe(true);
      }),
    );
  });

  it('is new each time, and spreads over all shards evenly', () => {
    const ids = Array.from({ length: 16_000 }, () => newBetId(1_795_348_800_000));
    const perShard = SHARDS.map((shard) => ids.filter((id) => shardOf(id) === shard).length);
    const chiSquare = perShard.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);

    expect(new Set(ids).size).toBe(16_000);
    // 15 degrees of freedom: an even spread is above 90 once in 10^12 runs.
    expect(chiSquare).toBeLessThan(90);
  });
});

describe('isBetId', () => {
  it('knows exactly the UUIDs of version 7', () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        expect(isBetId(uuid)).toBe(uuid.charAt(14) === '7');
      }),
    );
  });
});

describe('firstIdAt', () => {
  it('sorts above every bet placed before, and below every other', () => {
    fc.assert(
      fc.property(instant, instant, (at, placedAt) => {
        expect(newBetId(placedAt) >= firstIdAt(at)).toBe(placedAt >= at);
        expect(isBetId(firstIdAt(at))).toBe(false);
      }),
    );
  });
});

describe('lastIdBelow', () => {
  it('has no id between itself and the one that it is below', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 2n ** 128n - 1n), (value) => {
        const id = written(value);

        expect(lastIdBelow(id)).toBe(written(value - 1n));
        expect(lastIdBelow(id) < id).toBe(true);
      }),
    );
  });
});

/** A number as a UUID. */
function written(value: bigint): string {
  const digits = value.toString(16).padStart(32, '0');
  const ends = [0, 8, 12, 16, 20, 32];
  return ends
    .slice(1)
    .map((end, index) => digits.slice(ends[index], end))
    .join('-');
}
