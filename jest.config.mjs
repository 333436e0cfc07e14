export default {
  testEnvironment: 'node',
  // Only to end what hangs: shared machines are slow at times, and no test measures time by it.
  testTimeout: 120_000,
  globalSetup: '<rootDir>/test/build.mjs',
  setupFiles: ['<rootDir>/test/seed.mjs'],
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: {
    '^.+\\.(ts|mjs)$': ['@swc/jest', { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } }],
  },
  transformIgnorePatterns: ['/node_modules/(?!(valibot|@valibot|csv-parse)/)'],
  moduleFileExtensions: ['ts', 'mjs', 'js', 'json', 'node'],
};
