import { defineConfig } from 'eslint/config';
import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';

const SUITES = ['**/*.spec.ts', '**/*.int-spec.ts', '**/*.e2e-spec.ts', '**/testing/**', 'test/**'];
/** Called by the mains of other teams. */
const READS_ENVIRONMENT = ['libs/batch-transport/src/reader/options-from-environment.ts'];
const TOP_OF_APPS = ['apps/*/src/main.ts', 'apps/operator/src/**/*.command.ts'];
/** Which settings a program reads. */
const SETTINGS = ['apps/*/src/settings.ts', '**/*.settings.ts'];
/** Where untrusted input is read: a pattern takes time in proportion to the length of its input. */
const READS_REQUESTS = [
  'apps/{gateway,query}/src/**/*.ts',
  'libs/{contracts,http,ingest,observability,process}/src/**/*.ts',
];
/** Input of operators, which is read at the start. */
const READS_CONFIGURATION = [...SETTINGS, 'apps/gateway/src/endpoints/parse-endpoints.ts'];
/** Before there is a logger, and in the library that runs on devices, which has none. */
const WITHOUT_LOGGER = ['libs/process/src/main-process.ts', 'libs/device/src/**'];

export default defineConfig(
  { ignores: ['**/dist/', 'node_modules/', 'data/', 'coverage/'] },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'The environment is read once, in main.ts; everything else receives plain options.',
        },
      ],
    },
  },
  {
    files: ['apps/**/*.ts', 'libs/**/*.ts'],
    ignores: [...SUITES, ...TOP_OF_APPS, ...SETTINGS, ...READS_ENVIRONMENT, 'libs/process/src/index.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['@sluice/process', '@sluice/settings'],
              importNamePattern: '^readSettings$',
              message:
                'Settings are read by the mains, with the tables of settings.ts; everything else receives plain options.',
            },
          ],
        },
      ],
    },
  },
  {
    files: READS_REQUESTS,
    ignores: READS_CONFIGURATION,
    plugins: { regexp },
    rules: {
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential' }],
    },
  },
  { files: [...TOP_OF_APPS, ...READS_ENVIRONMENT], rules: { 'no-restricted-properties': 'off' } },
  { files: WITHOUT_LOGGER, rules: { 'no-console': 'off' } },
  {
    files: ['tools/**'],
    rules: { 'no-restricted-properties': 'off', 'no-console': 'off' },
  },
  {
    files: [...SUITES, 'libs/test-kit/**'],
    rules: {
      'no-restricted-properties': 'off',
      'no-console': 'off',
      'max-lines': 'off',
      'max-lines-per-function': 'off',
    },
  },
);
