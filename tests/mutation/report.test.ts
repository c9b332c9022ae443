import { describe, expect, it } from '@jest/globals';
import { countsByFile, scoresByFolder, survivorsOf } from './report.ts';

const at = (line: number, column: number, end: number) => ({
  start: { line, column },
  end: { line, column: end },
});
const mutant = (status: string, statusReason?: string) => ({
  mutatorName: 'BooleanLiteral',
  replacement: 'false',
  status,
  ...(statusReason !== undefined && { statusReason }),
  location: at(1, 8, 12),
});
const file = (...mutants: ReturnType<typeof mutant>[]) => ({ source: 'return true;', mutants });

describe('the score', () => {
  it('is the share that is noticed, by folder and of all, without and with the slow ones', () => {
    const counts = countsByFile({
      'lib/a.ts': file(mutant('Killed'), mutant('Survived'), mutant('NoCoverage')),
      'lib/bets/b.ts': file(mutant('Timeout'), mutant('Timeout', 'Hit limit reached')),
      'lib/bets/c.ts': file(mutant('Killed'), mutant('RuntimeError'), mutant('Ignored')),
    });

    const scores = scoresByFolder(counts);

    expect(Object.fromEntries(scores)).toEqual({
      lib: { sure: 33.33, possible: 33.33 },
      'lib/bets': { sure: 66.66, possible: 100 },
      all: { sure: 50, possible: 66.66 },
    });
  });

  it('leaves out a file that has nothing to break', () => {
    const counts = countsByFile({ 'lib/a.ts': file(), 'lib/b.ts': file(mutant('Ignored')) });

    expect(scoresByFolder(counts)).toEqual(new Map());
  });
});

it('tells each mutant that no test notices', () => {
  const survivors = survivorsOf({ 'lib/a.ts': file(mutant('Survived'), mutant('NoCoverage')) });

  const told = 'lib/a.ts:1 BooleanLiteral: true -> false';
  expect(survivors).toEqual([told, `${told} (no coverage)`]);
});
