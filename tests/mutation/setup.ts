import { afterEach, beforeEach, expect, jest } from '@jest/globals';
import type * as fastCheck from 'fast-check';

/** The slowest unit test takes less than a second; a busy machine is many times slower. */
const MOST_MS = 10_000;

// oxlint-disable-next-line jest/no-standalone-expect -- Nothing else knows the test file.
const { testPath = '' } = expect.getState();

// Property tests draw the same values for every mutant and in every run: the score is compared.
if (testPath.includes('.property.test.')) {
  jest.requireActual<typeof fastCheck>('fast-check').configureGlobal({ seed: 1 });
}

const hasMutant = process.env['__STRYKER_ACTIVE_MUTANT__'] !== undefined;

// With a mutant a test may wait for ever. It fails soon then, and the rest of its file at once:
// Stryker would wait for minutes, and would not know whether the mutant is noticed.
if (hasMutant && !testPath.includes('/tests/simulation/')) {
  // A test may replace the clock.
  const now = performance.now.bind(performance);
  let begunMs = 0;
  let hasWaited = false;
  jest.setTimeout(MOST_MS);
  beforeEach(() => {
    if (hasWaited) throw new Error('A test before this one waited for ever');
    begunMs = now();
  });
  afterEach(() => void (hasWaited ||= now() - begunMs >= MOST_MS));
}
