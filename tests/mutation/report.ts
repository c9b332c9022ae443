import { dirname } from 'node:path';
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
const mutatedFile = z.object({ source: z.string(), mutants: z.array(mutant) });
export const report = z.object({ files: z.record(z.string(), mutatedFile) });

type Mutant = z.infer<typeof mutant>;
type Files = z.infer<typeof report>['files'];

export const countsOfFile = z.object({
  killed: z.int(),
  timeout: z.int(),
  /** Those of `timeout` that only the clock speaks against: no loop went round too often. */
  slow: z.int(),
  survived: z.int(),
  noCoverage: z.int(),
  /** No module could be loaded with the mutant: it is neither dead nor alive, and has no score. */
  error: z.int(),
});
type Counts = z.infer<typeof countsOfFile>;
export type CountsByFile = Record<string, Counts>;

/** Without files that have nothing to break. */
export function countsByFile(files: Files): CountsByFile {
  const counted = Object.entries(files).map(
    ([file, { mutants }]) => [file, countsOf(mutants)] as const,
  );
  return Object.fromEntries(
    counted.filter(([, counts]) => Object.values(counts).some((count) => count > 0)),
  );
}

function countsOf(mutants: readonly Mutant[]): Counts {
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

interface Score {
  sure: number;
  possible: number;
}

/**
 * Detected mutants of all that have a score, in percent with two decimals: without and with the
 * slow ones, since on a busy machine a mutant that lives may be slow.
 */
function scoreOf(counts: readonly Counts[]): Score {
  const sum = (name: keyof Counts): number => counts.reduce((total, each) => total + each[name], 0);
  const detected = sum('killed') + sum('timeout');
  const all = detected + sum('survived') + sum('noCoverage');
  const percent = (share: number): number => Math.floor((10_000 * share) / all) / 100;
  return { sure: percent(detected - sum('slow')), possible: percent(detected) };
}

/** By the folder of each file, and of all files under the name `all`. */
export function scoresByFolder(files: CountsByFile): Map<string, Score> {
  const groups = new Map<string, Counts[]>();
  for (const [file, counts] of Object.entries(files)) {
    for (const name of [dirname(file), 'all']) {
      groups.set(name, [...(groups.get(name) ?? []), counts]);
    }
  }
  return new Map([...groups].map(([name, counts]) => [name, scoreOf(counts)]));
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
