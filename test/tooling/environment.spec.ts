import { beforeAll, describe, expect, it } from '@jest/globals';
import { ROOT } from '@sluice/test-kit';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

let eslint: ESLint;

beforeAll(() => {
  // The snippets are in no file, so that rules that need types cannot run on them.
  eslint = new ESLint({ cwd: ROOT, overrideConfig: [tseslint.configs.disableTypeChecked as never] });
});

async function refusals(filePath: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath });
  const rules = ['no-restricted-imports', 'no-restricted-properties'];
  return (result?.messages ?? []).filter(({ ruleId }) => rules.includes(ruleId ?? '')).map(({ message }) => message);
}

describe('The environment', () => {
  const reading = `export const port = process.env['PORT'];\n`;

  it.each(['apps/gateway/src/ingest.service.ts', 'libs/process/src/a.ts', 'apps/gateway/src/gateway.module.ts'])(
    'The environment is not read by %s',
    async (file) => {
      await expect(refusals(file, reading)).resolves.toEqual([expect.stringMatching(/read once, in main\.ts/)]);
    },
  );

  it.each(['apps/gateway/src/main.ts', 'apps/operator/src/init/init.command.ts', 'test/a.ts', 'tools/bench/a.ts'])(
    'The environment may be read by %s',
    async (file) => {
      await expect(refusals(file, reading)).resolves.toEqual([]);
    },
  );
});

describe('The reader of the settings', () => {
  const importing = `export { readSettings as read } from '@sluice/process';\n`;

  it.each(['apps/gateway/src/ingest.service.ts', 'apps/gateway/src/ingest/ingest.module.ts', 'libs/http/src/a.ts'])(
    'The reader of the settings is not imported by %s',
    async (file) => {
      await expect(refusals(file, importing)).resolves.toEqual([expect.stringMatching(/read by the mains/)]);
    },
  );

  it.each([
    'apps/gateway/src/main.ts',
    'apps/gateway/src/settings.ts',
    'apps/operator/src/tokens/tokens.command.ts',
    'test/a.spec.ts',
  ])('The reader of the settings may be imported by %s', async (file) => {
    await expect(refusals(file, importing)).resolves.toEqual([]);
  });

  it('The reader of the settings is not what other imports of its package are', async () => {
    const other = `export { Lifecycle } from '@sluice/process';\n`;
    await expect(refusals('apps/gateway/src/ingest.service.ts', other)).resolves.toEqual([]);
  });
});
