import { SWC_OPTIONS } from './scripts/source/swc-options.mjs';

/** The tier of a suite is in its file name: .spec.ts runs anywhere, .chart-spec.ts needs Helm, .int-spec.ts needs engines, .e2e-spec.ts drives HTTP only. */
export default {
  testEnvironment: 'node',
  // A bound for a test that hangs, on a machine that is busy with others: suites run side by side.
  testTimeout: 20_000,
  // The packages of this repository resolve to their sources: nothing has to be built before a test.
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test', '<rootDir>/tools'],
  testMatch: ['**/*.{spec,chart-spec,int-spec,e2e-spec}.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/(apps|libs)/[^/]+/dist/'],
  // Jest does not free ES modules between suites: a worker that has grown is replaced.
  workerIdleMemoryLimit: '700MB',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': ['@swc/jest', SWC_OPTIONS] },
};
