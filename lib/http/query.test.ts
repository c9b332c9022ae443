import { parseQuery } from './query.ts';

const ESCAPE = 'has a % that is not followed by two hexadecimal digits';

describe('parseQuery', () => {
  it.each<[string, Record<string, string>]>([
    ['', {}],
    ['&', {}],
    ['a=1&b=2', { a: '1', b: '2' }],
    ['a=', { a: '' }],
    ['a', { a: '' }],
    ['=1', { '': '1' }],
    ['a=b=c', { a: 'b=c' }],
    ['a=x+y%2Bz', { a: 'x y+z' }],
    ['a=100%2525', { a: '100%25' }],
    ['a=x,y', { a: 'x,y' }],
    ['a=x?y#z', { a: 'x?y#z' }],
    ['__proto__=1', { ['__proto__']: '1' }],
    ['%C3%A4=%F0%9F%8F%80', { ä: '🏀' }],
    ['a=%FF', { a: '\ufffd' }],
  ])('decodes %j once', (raw, query) => {
    expect(parseQuery(raw)).toEqual({ query, faults: [] });
  });

  it.each([
    ['a=1&a=2', [{ name: 'a', detail: 'must come only once' }]],
    ['a=1&%61=1', [{ name: 'a', detail: 'must come only once' }]],
    ['a=%', [{ name: 'a', detail: ESCAPE }]],
    ['a=%2&b=%zz', ['a', 'b'].map((name) => ({ name, detail: ESCAPE }))],
    ['%x=1', [{ name: '%x', detail: ESCAPE }]],
  ])('says what is wrong with %j', (raw, faults) => {
    expect(parseQuery(raw).faults).toEqual(faults);
  });
});
