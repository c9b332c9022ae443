import { expect, jest } from '@jest/globals';
import type * as fastCheck from 'fast-check';

// Property tests draw the same values for every mutant and in every run: the score is compared.
// oxlint-disable-next-line jest/no-standalone-expect -- Nothing else knows the test file.
if (expect.getState().testPath?.includes('.property.test.') === true) {
  jest.requireActual<typeof fastCheck>('fast-check').configureGlobal({ seed: 1 });
}
