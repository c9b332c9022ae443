import { describe, expect, it } from '@jest/globals';
import { readUnits } from './readUnits.ts';

/** 4 bytes of a name, and of a text. */
const item = (bytes: number): object => ({ name: 'x'.repeat(bytes - 4) });
const query = (ConsistentRead?: boolean) => ({ name: 'QueryCommand', input: { ConsistentRead } });

describe('the read units', () => {
  it.each([
    ['one for 4 KB of all items', [2_048, 2_048], 1],
    ['one more for a byte more', [2_048, 2_049], 2],
    ['one for nothing', [], 1],
  ])('of a consistent query are %s', (_case, sizes, units) => {
    expect(readUnits(query(true), { Items: sizes.map(item) })).toBe(units);
  });

  it('of a query that may be late are half of that', () => {
    expect(readUnits(query(), { Items: [item(4_097)] })).toBe(1);
  });

  it('of a batch are those of each item, and one for each that is not there', () => {
    const Keys = [{ key: 'a' }, { key: 'b' }, { key: 'c' }];
    const input = { RequestItems: { table: { Keys, ConsistentRead: true } } };
    const output = { Responses: { table: [item(10), item(4_097)] } };

    expect(readUnits({ name: 'BatchGetCommand', input }, output)).toBe(1 + 2 + 1);
  });

  it('of a transaction are twice as many', () => {
    const input = { TransactItems: [{ Get: {} }, { Get: {} }] };
    const output = { Responses: [{ Item: item(4_097) }, {}] };

    expect(readUnits({ name: 'TransactGetCommand', input }, output)).toBe(2 * (2 + 1));
  });

  it('are not made up for another command', () => {
    expect(() => readUnits({ name: 'ScanCommand', input: {} }, {})).toThrow('ScanCommand');
  });
});
