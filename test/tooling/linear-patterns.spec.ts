import { describe, expect, it } from '@jest/globals';
import { ROOT } from '@sluice/test-kit';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

// The snippets are in no file, so that rules that need types cannot run on them.
const eslint = new ESLint({ cwd: ROOT, overrideConfig: [tseslint.configs.disableTypeChecked as never] });

async function isRefused(pattern: string, filePath = 'apps/gateway/src/a.ts'): Promise<boolean> {
  const [result] = await eslint.lintText(`export const pattern = ${pattern};\n`, { filePath });
  return result!.messages.some(({ ruleId }) => ruleId?.startsWith('regexp/no-super-linear'));
}

describe('A pattern that reads untrusted input', () => {
  it.each(['/^(a+)+$/', '/^\\s*(.*?)\\s*$/', '/a*b/', '/^\\d+\\d+$/'])(
    'A pattern that reads untrusted input is refused if its time may grow faster than its input: %s',
    async (pattern) => {
      await expect(isRefused(pattern)).resolves.toBe(true);
    },
  );

  it.each(['/^[a-z]{1,128}$/', '/^bearer +(\\S+)$/i', '/^(?:0|[1-9][0-9]*)$/'])(
    'A pattern that reads untrusted input in linear time is allowed: %s',
    async (pattern) => {
      await expect(isRefused(pattern)).resolves.toBe(false);
    },
  );

  it.each([
    'apps/query/src/a.ts',
    'libs/contracts/src/a.ts',
    'libs/http/src/a.ts',
    'libs/ingest/src/access/a.ts',
    'libs/observability/src/a.ts',
    'libs/process/src/a.ts',
  ])('A pattern that reads untrusted input is checked in %s', async (filePath) => {
    await expect(isRefused('/^(a+)+$/', filePath)).resolves.toBe(true);
  });
});
