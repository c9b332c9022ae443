/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  // What is left out has only words of the API's document, and types.
  mutate: ['lib/**/*.ts', '!**/*.test.ts', '!lib/http/{bodies,call,examples}.ts'],
  plugins: ['@stryker-mutator/jest-runner', './tests/mutation/documentation.mjs'],
  ignorers: ['documentation'],
  testRunner: 'jest',
  jest: { projectType: 'custom', configFile: 'jest.mutation.config.mjs' },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // A mutant that lives runs all its tests: that must not look like an endless loop.
  timeoutMS: 120_000,
  timeoutFactor: 3,
  // Jest leaves memory behind with every run, which slows the process down.
  maxTestRunnerReuse: 100,
  // Stryker would rewrite tsconfig.json with an API that TypeScript 7 does not have.
  tsconfigFile: 'none',
  disableTypeChecks: false,
  tempDirName: '.cache/stryker',
  ignorePatterns: ['.cache', 'coverage', 'dist'],
  reporters: ['clear-text', 'html', 'json'],
  clearTextReporter: { reportTests: false, logTests: false },
  htmlReporter: { fileName: '.cache/mutation/report.html' },
  jsonReporter: { fileName: '.cache/mutation/report.json' },
};
