import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sample } from './gettingStartedHtml.ts';

/** The samples of the reference: programs that tests run, cut into their steps. */
const SAMPLE_FILES = {
  curl: 'curl.sh',
  TypeScript: 'typescript.ts',
  Python: 'python.py',
} as const;

/** Each step by the name that its mark has in the programs: `# -- place`. */
const STEPS: Record<string, Pick<Sample, 'title' | 'text'>> = {
  setup: {
    title: 'Set up',
    text:
      'Start the service with `npm start`, or take the address of your deployment. Event ids are ' +
      'texts of your own. In a path they are percent-encoded.',
  },
  place: {
    title: 'Place a bet',
    text:
      'The answer is a 201 with the bet and its id. An amount is a text with two decimals: it is ' +
      'never a float.',
  },
  retry: {
    title: 'Retry without betting twice',
    text:
      'A timeout or a 5xx does not tell whether the bet was placed. Send the same request with ' +
      'the same `Idempotency-Key`: it places one bet. All clients share the keys, so begin yours ' +
      'with your name.',
  },
  page: {
    title: 'Read page by page',
    text:
      'Lists come newest first. The header `Link` has the address of the next page. A walk over ' +
      'all pages sees every bet that was there when it began exactly once.',
  },
  settle: {
    title: 'Settle an event',
    text:
      'When the answer is there, every bet on the event shows the result. A 202 says that the ' +
      'stored copies still follow. With `If-Match`, a 412 tells you that somebody decided before ' +
      'you.',
  },
};

const MARK = /^(?:#|\/\/) -- (\w+)\n/m;

/** The steps with their lines in each language. Throws when a program lacks one. */
export async function readSamples(folder: string): Promise<Sample[]> {
  const programs = await Promise.all(
    Object.entries(SAMPLE_FILES).map(async ([language, file]) => {
      const text = await readFile(join(folder, file), 'utf8');
      return [language, stepsOf(text.replace(/^#!.*\nset -eu\n/, ''))] as const;
    }),
  );
  return Object.entries(STEPS).map(([name, step]) => {
    const code = programs.map(([language, steps]) => {
      const lines = steps.get(name);
      if (lines === undefined) throw new Error(`The sample in ${language} has no step ${name}.`);
      return [language, lines] as const;
    });
    return Object.assign({ code: Object.fromEntries(code) }, step);
  });
}

/** What stands before the first mark is the step `setup`. */
function stepsOf(program: string): Map<string, string> {
  const [setup = '', ...parts] = program.split(MARK);
  const steps = new Map([['setup', setup.trim()]]);
  for (let index = 0; index < parts.length; index += 2) {
    steps.set(parts[index] ?? '', (parts[index + 1] ?? '').trim());
  }
  return steps;
}
