/** The tier of a suite is in its file name: .spec.ts runs anywhere, .int-spec.ts needs engines, .e2e-spec.ts drives HTTP only. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test'],
  testMatch: ['**/*.{spec,int-spec,e2e-spec}.ts'],
  // Modules of ES are not freed between suites: a worker that has grown makes room for a new one.
  workerIdleMemoryLimit: '700MB',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^#contracts/(openapi|asyncapi)$': '<rootDir>/libs/contracts/src/$1.ts',
    '^#batch-transport$': '<rootDir>/libs/event-log/src/batch-transport/index.ts',
    '^#device/node$': '<rootDir>/libs/device/src/node/index.ts',
    '^#(contracts|event-log|record-store|runtime)/testing$': '<rootDir>/libs/$1/src/testing/index.ts',
    '^#(access|contracts|config|device|endpoints|event-log|record-store|runtime)$': '<rootDir>/libs/$1/src/index.ts',
    '^#(gateway|buffer-worker|query)$': '<rootDir>/apps/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
          experimental: { keepImportAttributes: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
};
