import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

let eslint: ESLint;

beforeAll(() => {
  // The snippets stand in no file, so that rules which ask for types cannot run on them.
  eslint = new ESLint({ cwd: ROOT, overrideConfig: [tseslint.configs.disableTypeChecked as never] });
});

async function refusals(filePath: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath });
  const ours = ['sluice/imports', 'no-restricted-properties'];
  return (result?.messages ?? []).filter(({ ruleId }) => ours.includes(ruleId ?? '')).map(({ message }) => message);
}

const importing = (specifier: string): string => `export * from '${specifier}';\n`;

describe('a forbidden import is refused, with the rule that it breaks', () => {
  it.each([
    ['libs/contracts/src/a.ts', '#event-log', /contracts imports no other library/],
    ['libs/contracts/src/a.ts', '#contracts/testing', /for tests/],
    ['libs/contracts/src/a.ts', 'node:fs', /no I\/O/],
    ['libs/contracts/src/a.ts', 'node:fs/promises', /no I\/O/],
    ['libs/contracts/src/a.ts', '@nestjs/common', /no Nest application code/],
    ['libs/contracts/src/a.ts', 'kafkajs', /no I\/O/],
    ['libs/event-log/src/a.ts', '#record-store', /nothing of ours but #contracts/],
    ['libs/event-log/src/a.ts', '#runtime', /nothing of ours but #contracts/],
    ['libs/event-log/src/a.ts', '#config', /nothing of ours but #contracts/],
    ['libs/record-store/src/a.ts', '#batch-transport', /nothing of ours but #contracts/],
    ['libs/record-store/src/a.ts', '#query', /nothing of ours but #contracts/],
    ['libs/access/src/a.ts', '#runtime', /access imports nothing of ours but #contracts/],
    ['libs/access/src/a.ts', '#record-store', /access imports nothing of ours but #contracts/],
    ['libs/access/src/a.ts', 'fastify', /access imports .*no packages/],
    ['libs/device/src/a.ts', '#contracts', /device imports nothing of ours/],
    ['libs/endpoints/src/a.ts', '#contracts', /endpoints imports nothing of ours but #access/],
    ['libs/runtime/src/a.ts', '#config', /config is imported by main\.ts, init\.ts and root modules only/],
    ['apps/gateway/src/ingest.service.ts', '#config', /config is imported by main\.ts, init\.ts and root modules only/],
    ['apps/gateway/src/ingest/ingest.module.ts', '#config', /config is imported by main\.ts/],
    ['libs/config/src/a.ts', '#runtime', /runtime is imported by apps only/],
    ['libs/runtime/src/a.ts', '#gateway', /Libraries never import apps/],
    ['apps/gateway/src/a.ts', '#query', /Apps never import each other/],
    ['apps/query/src/a.ts', '../../gateway/src/index.js', /Apps never import each other/],
    ['apps/standalone/src/a.ts', '../../gateway/src/ingest/ingest.service.js', /nothing deeper/],
    ['apps/gateway/src/a.ts', '../../../libs/contracts/src/index.js', /stays in its library or app/],
    ['libs/runtime/src/a.ts', '../../contracts/src/event.js', /stays in its library or app/],
    ['test/a.ts', '../libs/contracts/src/index.js', /stays in its library or app/],
    ['libs/event-log/src/index.ts', './kafka/kafka-event-log.js', /reached through its port/],
    ['libs/event-log/src/batch-transport/a.ts', '../sqlite/sqlite-event-log.js', /reached through its port/],
    ['libs/event-log/src/sqlite/a.ts', '../kafka/kafka-event-log.js', /reached through its port/],
    ['libs/record-store/src/index.ts', './mongo/mongo-record-store.js', /reached through its port/],
    ['libs/event-log/src/sqlite/a.ts', 'kafkajs', /imports the Kafka client/],
    ['apps/buffer-worker/src/a.ts', 'kafkajs', /imports the Kafka client/],
    ['libs/record-store/src/sqlite/a.ts', 'mongoose', /imports mongoose/],
    ['apps/query/src/a.ts', 'mongodb', /imports mongoose/],
    ['libs/runtime/src/tracing/a.ts', '@opentelemetry/api', /imports OpenTelemetry/],
    ['apps/gateway/src/a.ts', '@opentelemetry/sdk-trace', /imports OpenTelemetry/],
    ['apps/query/src/a.ts', '#event-log/testing', /for tests/],
    ['libs/event-log/src/a.ts', './testing/fake-publisher.js', /for tests/],
  ])('%s importing %s', async (file, specifier, rule) => {
    await expect(refusals(file, importing(specifier))).resolves.toEqual([expect.stringMatching(rule)]);
  });

  it.each([
    ['a static import', `import { Kafka } from 'kafkajs';\nexport const kafka = Kafka;\n`],
    ['an import of types', `import type { Kafka } from 'kafkajs';\nexport type K = Kafka;\n`],
    ['a dynamic import', `export const kafka = import('kafkajs');\n`],
    ['a re-export of one name', `export { Kafka } from 'kafkajs';\n`],
  ])('as %s', async (_kind, code) => {
    await expect(refusals('apps/query/src/a.ts', code)).resolves.toHaveLength(1);
  });
});

describe('an import that the architecture draws is allowed', () => {
  it.each([
    ['libs/contracts/src/a.ts', 'node:crypto'],
    ['libs/contracts/src/a.ts', '@nestjs/swagger'],
    ['libs/contracts/src/a.spec.ts', 'node:fs'],
    ['libs/contracts/src/dto/a.ts', '../event.js'],
    ['libs/event-log/src/a.ts', '#contracts'],
    ['libs/event-log/src/kafka/a.ts', 'kafkajs'],
    ['libs/runtime/src/tracing/otlp/a.ts', '@opentelemetry/api'],
    ['libs/event-log/src/kafka/a.ts', '../event-log.js'],
    ['libs/event-log/src/kafka/a.int-spec.ts', '../testing/event-log-contract.js'],
    ['libs/event-log/src/open-event-log.ts', './kafka/kafka-event-log.js'],
    ['libs/record-store/src/open-record-store.ts', './sqlite/sqlite-record-store.js'],
    ['libs/record-store/src/mongo/a.ts', 'mongoose'],
    ['libs/access/src/a.ts', 'node:crypto'],
    ['libs/access/src/a.ts', '#contracts'],
    ['libs/access/src/a.ts', './token.js'],
    ['libs/access/src/a.spec.ts', 'fast-check'],
    ['libs/runtime/src/a.ts', '#contracts'],
    ['apps/gateway/src/main.ts', '#config'],
    ['apps/buffer-worker/src/init.ts', '#config'],
    ['apps/gateway/src/gateway.module.ts', '#config'],
    ['apps/gateway/src/a.ts', '#runtime'],
    ['apps/gateway/src/a.ts', '#event-log'],
    ['apps/gateway/src/a.spec.ts', '#event-log/testing'],
    ['apps/standalone/src/standalone.module.ts', '#gateway'],
    ['apps/standalone/src/standalone.module.ts', '#buffer-worker'],
    ['apps/standalone/src/standalone.module.ts', '#query'],
    ['test/a.spec.ts', '#config'],
    ['test/a.e2e-spec.ts', './support/system.js'],
    ['tools/a.ts', 'kafkajs'],
  ])('%s importing %s', async (file, specifier) => {
    await expect(refusals(file, importing(specifier))).resolves.toEqual([]);
  });
});

describe('the environment', () => {
  const reading = `export const port = process.env['PORT'];\n`;

  it.each(['apps/gateway/src/ingest.service.ts', 'libs/runtime/src/a.ts', 'apps/gateway/src/gateway.module.ts'])(
    'is not read by %s',
    async (file) => {
      await expect(refusals(file, reading)).resolves.toEqual([
        expect.stringMatching(/read once, in main\.ts or init\.ts/),
      ]);
    },
  );

  it.each(['apps/gateway/src/main.ts', 'apps/buffer-worker/src/init.ts', 'test/a.ts', 'tools/a.ts'])(
    'may be read by %s',
    async (file) => {
      await expect(refusals(file, reading)).resolves.toEqual([]);
    },
  );
});
