import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ImportTree, type Violation } from './import-tree.js';

type Import = [from: string, specifier: string];
type ForbiddenImport = [from: string, specifier: string, rule: string];

const FORBIDDEN: ForbiddenImport[] = [
  ['libs/async/src/a.ts', '@sluice/contracts', 'async-imports-nothing'],
  ['libs/async/src/b.spec.ts', '@sluice/contracts', 'async-imports-nothing-in-tests'],
  ['libs/settings/src/a.ts', '@sluice/async', 'settings-stand-alone'],
  ['libs/settings/src/b.spec.ts', '@sluice/process', 'settings-stand-alone-in-tests'],
  ['libs/contracts/src/a.ts', '@sluice/event-log', 'contracts-stand-alone'],
  ['libs/contracts/src/a.ts', '@sluice/async', 'contracts-stand-alone'],
  ['libs/contracts/src/b.spec.ts', '@sluice/http', 'contracts-stand-alone-in-tests'],
  ['libs/contracts/src/a.ts', '@sluice/contracts/testing', 'tests-are-for-tests'],
  ['libs/contracts/src/a.ts', 'node:fs', 'contracts-do-no-work'],
  ['libs/contracts/src/a.ts', 'node:fs/promises', 'contracts-do-no-work'],
  ['libs/contracts/src/a.ts', 'node:sqlite', 'contracts-do-no-work'],
  ['libs/contracts/src/a.ts', 'node:timers/promises', 'contracts-do-no-work'],
  ['libs/contracts/src/a.ts', '@nestjs/common', 'contracts-do-no-work'],
  ['libs/contracts/src/a.ts', 'kafkajs', 'contracts-do-no-work'],
  ['libs/device/src/a.ts', '@sluice/contracts', 'device-imports-nothing'],
  ['libs/device/src/b.spec.ts', '@sluice/contracts', 'device-imports-nothing-in-tests'],
  ['libs/sqlite/src/a.ts', '@sluice/event-log', 'sqlite-knows-async'],
  ['libs/sqlite/src/b.spec.ts', '@sluice/event-log', 'sqlite-knows-async-in-tests'],
  ['libs/event-log/src/a.ts', '@sluice/record-store', 'ports-know-contracts'],
  ['libs/event-log/src/a.ts', '@sluice/process', 'ports-know-contracts'],
  ['libs/event-log/src/b.spec.ts', '@sluice/engines', 'ports-know-contracts-in-tests'],
  ['libs/record-store/src/a.ts', '@sluice/batch-transport', 'ports-know-contracts'],
  ['libs/record-store/src/a.ts', '@sluice/query', 'ports-know-contracts'],
  ['libs/event-log-kafka/src/a.ts', '@sluice/observability', 'adapters-know-their-port'],
  ['libs/event-log-sqlite/src/a.ts', '@sluice/event-log-kafka', 'adapters-know-their-port'],
  ['libs/event-log-sqlite/src/a.ts', '@sluice/record-store', 'adapters-know-their-port'],
  ['libs/record-store-sqlite/src/a.ts', '@sluice/engines', 'adapters-know-their-port'],
  ['libs/batch-transport/src/a.ts', '@sluice/observability', 'batch-transport-is-installed-alone'],
  ['libs/batch-transport/src/a.ts', '@sluice/record-store', 'batch-transport-is-installed-alone'],
  ['libs/ingest/src/a.ts', '@sluice/http', 'ingest-knows-ports'],
  ['libs/ingest/src/a.ts', '@sluice/observability', 'ingest-knows-ports'],
  ['libs/ingest/src/a.ts', 'fastify', 'ingest-is-free-of-http'],
  ['libs/ingest/src/a.ts', 'node:http', 'ingest-is-free-of-http'],
  ['libs/ingest/src/a.ts', '@nestjs/core', 'ingest-is-free-of-http'],
  ['libs/ingest/src/access/a.ts', '@nestjs/common', 'access-is-rules-only'],
  ['libs/engines/src/a.ts', '@sluice/process', 'engines-know-adapters'],
  ['libs/test-kit/src/a.ts', '@sluice/event-log', 'test-kit-is-low'],
  ['libs/http/src/a.ts', '@sluice/gateway', 'libraries-below-apps'],
  ['libs/http/src/b.spec.ts', '@sluice/query', 'libraries-below-apps'],
  ['apps/gateway/src/a.ts', '@sluice/query', 'apps-apart'],
  ['apps/gateway/src/b.spec.ts', '@sluice/query', 'apps-apart'],
  ['apps/gateway/src/a.ts', '@sluice/standalone', 'apps-apart'],
  ['apps/gateway/src/a.ts', '../../../tools/load/a.js', 'apps-above-tools'],
  ['apps/query/src/a.ts', '../../gateway/src/index.js', 'apps-apart'],
  ['apps/standalone/src/a.ts', '../../gateway/src/index.js', 'packages-by-name'],
  ['apps/standalone/src/a.ts', '@sluice/gateway/src/index.ts', 'no-unresolvable'],
  ['apps/gateway/src/a.ts', '../../../libs/http/src/index.js', 'packages-by-name'],
  ['libs/http/src/a.ts', '../../observability/src/index.js', 'packages-by-name'],
  ['test/a.ts', '../libs/contracts/src/index.js', 'packages-by-name'],
  ['tools/load/b.ts', '../../libs/contracts/src/index.js', 'packages-by-name'],
  ['apps/buffer-worker/src/a.ts', '@sluice/event-log-kafka', 'adapters-by-the-switch'],
  ['tools/load/b.ts', '@sluice/record-store-mongo', 'adapters-by-the-switch'],
  ['libs/event-log-sqlite/src/a.ts', 'kafkajs', 'kafka-in-its-adapter'],
  ['apps/buffer-worker/src/a.ts', 'kafkajs', 'kafka-in-its-adapter'],
  ['apps/buffer-worker/src/b.spec.ts', 'kafkajs', 'kafka-in-its-adapter'],
  ['test/b.e2e-spec.ts', 'kafkajs', 'kafka-in-its-adapter'],
  ['libs/record-store-sqlite/src/a.ts', 'mongoose', 'mongo-in-its-adapter'],
  ['apps/query/src/a.ts', 'mongodb', 'mongo-in-its-adapter'],
  ['libs/observability/src/tracing/a.ts', '@opentelemetry/api', 'traces-behind-tracing'],
  ['apps/gateway/src/a.ts', '@opentelemetry/sdk-trace', 'traces-behind-tracing'],
  ['apps/query/src/a.ts', '@sluice/event-log/testing', 'tests-are-for-tests'],
  ['apps/query/src/a.ts', '@sluice/test-kit', 'tests-are-for-tests'],
  ['libs/event-log/src/a.ts', './testing/index.js', 'tests-are-for-tests'],
  ['apps/query/src/a.ts', 'undici', 'no-undeclared-package'],
];

const ALLOWED: Import[] = [
  ['libs/contracts/src/c.ts', 'node:crypto'],
  ['libs/contracts/src/c.ts', '@nestjs/swagger'],
  ['libs/contracts/src/c.spec.ts', 'node:fs'],
  ['libs/contracts/src/c.spec.ts', '@sluice/test-kit'],
  ['libs/contracts/src/dto/c.ts', '../index.js'],
  ['libs/event-log/src/c.ts', '@sluice/contracts'],
  ['libs/event-log/src/c.ts', '@sluice/async'],
  ['libs/event-log-kafka/src/c.ts', 'kafkajs'],
  ['libs/event-log-kafka/src/c.ts', '@sluice/event-log'],
  ['libs/event-log-kafka/src/c.int-spec.ts', '@sluice/event-log/testing'],
  ['libs/event-log-sqlite/src/c.ts', '@sluice/sqlite'],
  ['libs/record-store-sqlite/src/c.ts', '@sluice/sqlite'],
  ['libs/sqlite/src/c.ts', '@sluice/async'],
  ['libs/batch-transport/src/c.ts', '@sluice/event-log-kafka'],
  ['libs/engines/src/c.ts', '@sluice/event-log-kafka'],
  ['libs/engines/src/c.ts', '@sluice/record-store-sqlite'],
  ['libs/record-store-mongo/src/c.ts', 'mongoose'],
  ['libs/ingest/src/c.ts', 'node:crypto'],
  ['libs/ingest/src/c.ts', '@sluice/event-log'],
  ['libs/ingest/src/access/c.ts', 'node:net'],
  ['libs/ingest/src/access/c.spec.ts', 'fast-check'],
  ['libs/observability/src/tracing/otlp/c.ts', '@opentelemetry/api'],
  ['libs/http/src/c.ts', '@sluice/contracts'],
  ['apps/gateway/src/c.ts', '@sluice/process'],
  ['apps/gateway/src/c.ts', '@sluice/event-log'],
  ['apps/gateway/src/c.spec.ts', '@sluice/event-log/testing'],
  ['apps/standalone/src/c.ts', '@sluice/gateway'],
  ['apps/standalone/src/c.ts', '@sluice/buffer-worker'],
  ['apps/standalone/src/c.ts', '@sluice/query'],
  ['test/c.spec.ts', '@sluice/process'],
  ['test/c.e2e-spec.ts', '../tools/load/a.js'],
  ['tools/bench/c.ts', 'kafkajs'],
];

/** Each import in a separate file, so that its violations are known by its path. */
const pathOf = (from: string, index: number): string => from.replace(/(?<=\/)(?=[^/]+$)/, `case-${index}-`);

const FORMS = [
  ['a static import', `import { Kafka } from 'kafkajs';\nexport const kafka = Kafka;\n`],
  ['an import of types', `import type { Kafka } from 'kafkajs';\nexport type K = Kafka;\n`],
  ['an import of types in a type', `export type K = import('kafkajs').Kafka;\n`],
  ['a dynamic import', `export const kafka = import('kafkajs');\n`],
  ['a re-export of one name', `export { Kafka } from 'kafkajs';\n`],
] as const;
const formPath = (index: number): string => `libs/event-log-sqlite/src/form-${index}.ts`;

const CIRCLES = [
  [
    'values',
    `import { b } from './b.js';\nexport const a = () => b;\n`,
    `import { a } from './a.js';\nexport const b = () => a;\n`,
  ],
  [
    'types',
    `import type { B } from './b.js';\nexport type A = B[];\n`,
    `import type { A } from './a.js';\nexport interface B { a: A }\n`,
  ],
] as const;

const INSTALLED = [
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/swagger',
  '@opentelemetry/api',
  '@opentelemetry/sdk-trace',
];

let tree: ImportTree;
let violations: Violation[];
const rulesBrokenBy = (path: string): string[] =>
  violations.filter(({ from }) => from === path).map(({ rule }) => rule);

beforeAll(async () => {
  tree = await ImportTree.create();
  for (const name of [...INSTALLED, 'fastify', 'undici', 'kafkajs', 'mongoose', 'mongodb', 'fast-check'])
    await tree.install(name);
  await tree.write('tools/load/a.ts');
  const cases = [...FORBIDDEN.map(([from, to]) => [from, to] as const), ...ALLOWED];
  for (const [index, [from, specifier]] of cases.entries())
    await tree.write(pathOf(from, index), `export * from '${specifier}';\n`);
  for (const [index, [, text]] of FORMS.entries()) await tree.write(formPath(index), text);
  for (const [kind, a, b] of CIRCLES) {
    await tree.write(`libs/http/src/${kind}/a.ts`, a);
    await tree.write(`libs/http/src/${kind}/b.ts`, b);
  }
  violations = await tree.violations();
}, 60_000);

afterAll(() => tree.remove());

describe('A forbidden import', () => {
  it.each(FORBIDDEN.map((forbidden, index) => [...forbidden, index] as const))(
    'An import of %s from %s breaks %s',
    (from, _specifier, rule, index) => {
      expect(rulesBrokenBy(pathOf(from, index))).toContain(rule);
    },
  );

  it.each(FORMS.map(([form], index) => [form, index] as const))(
    'A forbidden import is refused as %s',
    (_form, index) => {
      expect(rulesBrokenBy(formPath(index))).toContain('kafka-in-its-adapter');
    },
  );

  it.each(CIRCLES.map(([kind]) => kind))('A forbidden import is refused as a cycle of %s', (kind) => {
    expect(rulesBrokenBy(`libs/http/src/${kind}/a.ts`)).toContain('no-circular');
  });

  it('Every rule has a case here', async () => {
    const { default: config } = (await import('../../.dependency-cruiser.mjs' as string)) as {
      default: { forbidden: { name: string }[] };
    };
    const shown = new Set([...FORBIDDEN.map(([, , rule]) => rule), 'no-circular']);
    expect(config.forbidden.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual([]);
  });
});

describe('An allowed import', () => {
  it.each(ALLOWED.map(([from, specifier], index) => [from, specifier, FORBIDDEN.length + index] as const))(
    'An allowed import: %s imports %s',
    (from, _specifier, index) => {
      expect(rulesBrokenBy(pathOf(from, index))).toEqual([]);
    },
  );
});
