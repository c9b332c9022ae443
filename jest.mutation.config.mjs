import base from './jest.config.mjs';

/**
 * The tests that judge mutants: all that need no server, and the simulation.
 *
 * @type {import('jest').Config}
 */
export default {
  ...base,
  testMatch: [
    '<rootDir>/lib/**/*.test.ts',
    '<rootDir>/functions/**/*.test.ts',
    '<rootDir>/tests/simulation/*.test.ts',
  ],
  // Stryker works on a copy of the project within .cache, where the source is another text.
  testPathIgnorePatterns: ['/node_modules/', '/tests/simulation/mutants.test.ts'],
  setupFilesAfterEnv: ['<rootDir>/tests/mutation/setup.ts'],
  runner: '<rootDir>/tests/mutation/jestRunner.ts',
};
