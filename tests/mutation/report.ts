import * as z from 'zod';

/** What is read of Stryker's report (mutation-testing-report-schema). */
const position = z.object({ line: z.number(), column: z.number() });
const mutant = z.object({
  mutatorName: z.string(),
  replacement: z.string().optional(),
  status: z.string(),
  statusReason: z.string().optional(),
  location: z.object({ start: position, end: position }),
});
const file = z.object({ source: z.string(), mutants: z.array(mutant) });
export const report = z.object({ files: z.record(z.string(), file) });

type Mutant = z.infer<typeof mutant>;
type Files = z.infer<typeof report>['files'];

export interface Counts {
  killed: number;
  timeout: number;
  /** Those of `timeout` that only the clock speaks against: no loop went round too often. */
  slow: number;
  survived: number;
  noCoverage: number;
  /** No module could be loaded with the mutant: it is neither dead nor alive, and has no score. */
  error: number;
}

export function countsOf(mutants: readonly Mutant[]): Counts {
  const count = (...statuses: string[]): number =>
    mutants.filter(({ status }) => statuses.includes(status)).length;
  const timeouts = mutants.filter(({ status }) => status === 'Timeout');
  return {
    killed: count('Killed'),
    timeout: timeouts.length,
    slow: timeouts.filter(({ statusReason }) => statusReason === undefined).length,
    survived: count('Survived'),
    noCoverage: count('NoCoverage'),
    error: count('RuntimeError', 'CompileError'),
  };
}

/**
 * Detected mutants of all that have a score, in percent with two decimals: without and with the
 * slow ones, since on a busy machine a mutant that lives may be slow.
 */
export function scoresOf(counts: Counts): { sure: number; possible: number } {
  const { killed, timeout, slow, survived, noCoverage } = counts;
  const all = killed + timeout + survived + noCoverage;
  const percent = (detected: number): number => Math.floor((10_000 * detected) / all) / 100;
  return { sure: percent(killed + timeout - slow), possible: percent(killed + timeout) };
}

/** One line for each mutant that no test notices: `file:line mutator: original -> replacement`. */
export function survivorsOf(files: Files): string[] {
  return Object.entries(files).flatMap(([path, { source, mutants }]) =>
    mutants
      .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
      .toSorted((one, other) => one.location.start.line - other.location.start.line)
      .map(({ mutatorName, location, replacement = '', status }) => {
        const uncovered = status === 'NoCoverage' ? ' (no coverage)' : '';
        const change = `${oneLine(textAt(source, location))} -> ${oneLine(replacement)}`;
        return `${path}:${location.start.line} ${mutatorName}: ${change}${uncovered}`;
      }),
  );
}

/** Lines and columns count from 1, and the end is behind the last character. */
function textAt(source: string, { start, end }: Mutant['location']): string {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  const last = lines.length - 1;
  lines[last] = (lines[last] ?? '').slice(0, end.column - 1);
  lines[0] = (lines[0] ?? '').slice(start.column - 1);
  return lines.join('\n');
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
