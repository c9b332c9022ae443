const swc = [
  '@swc/jest',
  { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'commonjs' } },
];

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  // These ship ES modules only, so their .js files are transformed too.
  transform: { '\\.[jt]s$': swc },
  transformIgnorePatterns: ['/node_modules/(?!@middy/|p-limit/|uuid/|yocto-queue/)'],
  // Middy exports itself to `import` alone, and Jest resolves with `require`.
  moduleNameMapper: { '^@middy/([^/]+)$': '<rootDir>/node_modules/@middy/$1/index.js' },
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/.cache/'],
  // Only what hangs is late: a machine may be many times slower than ours.
  testTimeout: 300_000,
  // By default Jest spares one processor; much of the time is spent waiting for services.
  maxWorkers: '100%',
  // A failed test may leave a service behind, which ends when Jest does.
  forceExit: true,
};
