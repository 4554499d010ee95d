import { defineConfig } from 'eslint/config';
import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';
import { importRules } from './scripts/lint/import-rules.mjs';

const SUITES = ['**/*.spec.ts', '**/*.int-spec.ts', '**/*.e2e-spec.ts', '**/testing/**', 'test/**'];
const TOP_OF_APPS = ['apps/*/src/main.ts', 'apps/*/src/init.ts', 'apps/*/src/tokens.ts'];
/** Where texts of strangers are read: a pattern takes time in proportion to its text, whoever wrote that. */
const READS_REQUESTS = [
  'apps/gateway/src/**/*.ts',
  'apps/query/src/**/*.ts',
  'libs/{contracts,http,ingest,observability,process}/src/**/*.ts',
];
/** Before there is a logger, and in the library that runs on devices, where ours is not. */
const WITHOUT_LOGGER = ['libs/process/src/main-process.ts', 'libs/device/src/**'];

export default defineConfig(
  { ignores: ['dist/', 'node_modules/', 'data/', 'coverage/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { sluice: { rules: { imports: importRules } } },
    rules: {
      'sluice/imports': 'error',
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
          message: 'The environment is read once, in main.ts or init.ts; everything else receives plain options.',
        },
      ],
    },
  },
  {
    files: READS_REQUESTS,
    plugins: { regexp },
    rules: {
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential' }],
    },
  },
  { files: TOP_OF_APPS, rules: { 'no-restricted-properties': 'off' } },
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
