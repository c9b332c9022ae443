import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { explore } from './explore.ts';
import { broken, MUTANTS } from './mutants.ts';
import * as protocol from './protocol.ts';
import { LARGE, SMALL } from './scopes.ts';

describe('the protocol', () => {
  it.each(Object.entries(SMALL))('breaks no guarantee in any order of steps: %s', (_, scope) => {
    const { violation, depth } = explore(protocol, scope);

    expect(violation).toBeUndefined();
    expect(depth).toBeGreaterThan(9);
  });

  it.each(Object.entries(SMALL))('gets as far without the reduction: %s', (_, scope) => {
    const reduced = explore(protocol, scope);
    const whole = explore(protocol, scope, { reduced: false });

    expect(whole.violation).toBeUndefined();
    expect(reduced.contents).toBe(whole.contents);
    expect(reduced.states).toBeLessThanOrEqual(whole.states);
  });
});

describe('a mutant', () => {
  it.each(MUTANTS)('breaks guarantee $guarantee: $name', (mutant) => {
    const { guarantee, scope } = mutant;

    const { violation } = explore(broken(mutant), SMALL[scope], { until: guarantee });

    expect(violation?.guarantee).toBe(guarantee);
  });

  it('is shown with the fewest steps that break the guarantee', () => {
    const mutant = MUTANTS.find(({ name }) => name.startsWith('nobody completes'));
    if (mutant === undefined) throw new Error('There is no such mutant');

    const { violation } = explore(broken(mutant), SMALL[mutant.scope]);

    expect(violation).toEqual({
      guarantee: 8,
      detail: 'the event is never finished',
      trace: ['win, request 1: read the event', 'win, request 1: note the intent win1'],
    });
  });
});

it('ends when there are more states than it may have', () => {
  expect(() => explore(protocol, SMALL['a bet'], { most: 100 })).toThrow('more than 100 states');
});

it('is documented with each scope, and with each mutant by its guarantee', () => {
  const text = readFileSync(join(__dirname, '../../docs/guarantees.md'), 'utf8');

  const scopes = [...text.matchAll(/^\| ([a-z, ]+?) +\| .+ \| +[\d,]+ +\| +\d+ +\|$/gm)];
  const mutants = [...text.matchAll(/^- Guarantee (\d+): ((?:.+\n)+?)(?=- |\n)/gm)];

  expect(scopes.map(([, name]) => name)).toEqual(Object.keys(LARGE));
  expect(
    mutants.flatMap(([, number, names = '']) =>
      names
        .replace(/\.?\s*$/, '')
        .split(';')
        .map((name) => `${number} ${name.replaceAll(/\s+/g, ' ').trim()}`),
    ),
  ).toEqual(MUTANTS.map(({ guarantee, name }) => `${guarantee} ${name}`));
});
