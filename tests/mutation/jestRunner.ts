import { createRequire } from 'node:module';
import { basename, dirname } from 'node:path';
import type jestRunner from 'jest-runner';
import type { Test, TestRunnerOptions, TestWatcher } from 'jest-runner';

// The types of `jest-runner` describe what `require` gives, also to a module that imports it.
const { default: TestRunner } = createRequire(import.meta.url)('jest-runner') as typeof jestRunner;

/**
 * Jest's own runner, but for a mutant it stops at the first test file that fails, and begins with
 * the files that are most likely to. Stryker cannot ask Jest for that, and most of the time of a
 * mutation run would go by in tests of mutants that are dead already.
 */
// oxlint-disable-next-line import/no-default-export -- Jest asks for it.
export default class MutationRunner extends TestRunner {
  override async runTests(
    tests: Test[],
    watcher: TestWatcher,
    options: TestRunnerOptions,
  ): Promise<void> {
    // The run without a mutant, which tells what each test covers, must be whole.
    if (process.env['__STRYKER_ACTIVE_MUTANT__'] === undefined) {
      return super.runTests(tests, watcher, options);
    }
    const failed = new Set<string>();
    this.on('test-file-success', ([{ path }, { numFailingTests }]) => {
      if (numFailingTests > 0) failed.add(path);
    });
    this.on('test-file-failure', ([{ path }]) => {
      failed.add(path);
    });
    const { _globalConfig: config } = this;
    for (const test of nearestFirst(tests, config.nonFlagArgs[0] ?? '')) {
      if (failed.size > 0) return;
      await super.runTests([test], watcher, options);
    }
  }
}

/** The tests of the mutated file, then those beside it, then all others, then the simulation. */
function nearestFirst(tests: readonly Test[], mutated: string): Test[] {
  const distance = ({ path }: Test): number => {
    if (path.includes('/tests/simulation/')) return 3;
    // The tests of a call are those of its Lambda, of the same name.
    if (basename(path).split('.')[0] === basename(mutated, '.ts')) return 0;
    return dirname(path) === dirname(mutated) ? 1 : 2;
  };
  return tests.toSorted((one, other) => distance(one) - distance(other));
}
