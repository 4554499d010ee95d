import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
// The snippets stand in no file, so that rules which ask for types cannot run on them.
const eslint = new ESLint({ cwd: ROOT, overrideConfig: [tseslint.configs.disableTypeChecked as never] });

async function isRefused(pattern: string, filePath = 'apps/gateway/src/a.ts'): Promise<boolean> {
  const [result] = await eslint.lintText(`export const pattern = ${pattern};\n`, { filePath });
  return result!.messages.some(({ ruleId }) => ruleId?.startsWith('regexp/no-super-linear'));
}

describe('a pattern that reads what strangers send', () => {
  it.each(['/^(a+)+$/', '/^\\s*(.*?)\\s*$/', '/a*b/', '/^\\d+\\d+$/'])(
    'is refused where its time may grow faster than its text: %s',
    async (pattern) => {
      await expect(isRefused(pattern)).resolves.toBe(true);
    },
  );

  it.each(['/^[a-z]{1,128}$/', '/^bearer +(\\S+)$/i', '/^(?:0|[1-9][0-9]*)$/'])(
    'is taken where it does not: %s',
    async (pattern) => {
      await expect(isRefused(pattern)).resolves.toBe(false);
    },
  );

  it.each(['apps/query/src/a.ts', 'libs/contracts/src/a.ts', 'libs/ingest/src/a.ts', 'libs/http/src/a.ts'])(
    'is looked at in %s',
    async (filePath) => {
      await expect(isRefused('/^(a+)+$/', filePath)).resolves.toBe(true);
    },
  );
});
