import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TOKEN_PATTERN } from '@sluice/ingest';
import { ROOT } from '@sluice/test-kit';

const MAIN = join(ROOT, 'dist/apps/operator/main.js');
const directories: string[] = [];
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-operator-'));
  directories.push(directory);
});

afterAll(() => directories.forEach((path) => rmSync(path, { recursive: true })));

/** Runs `sluice <args>` in the directory of the test, with these settings only. */
function sluice(args: string, settings: Record<string, string> = {}) {
  const command = [MAIN, ...args.split(' ')];
  const options = { cwd: directory, env: { PATH: process.env['PATH'], ...settings }, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, command, options);
  return { code: status, out: stdout, notes: stderr };
}

describe('The program sluice', () => {
  it('The command sluice tokens prints a token on standard output, and its description on standard error', () => {
    const { code, out, notes } = sluice('tokens create --device dev-2', { DATA_DIR: directory });
    expect(code).toBe(0);
    expect(out.trimEnd()).toMatch(TOKEN_PATTERN);
    expect(notes).toMatch(/^Token [0-9a-f]{12} for device dev-2, scopes ingest\. It is not shown again:\n$/);
  });

  it('The command sluice tokens exits with 1 and reports what is wrong with its arguments', () => {
    const { code, out, notes } = sluice('tokens revoke', { DATA_DIR: directory });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(notes).toMatch(/^tokens: which token\? Give its id\.\n\nManages tokens, for gateways/);
  });

  it('The command sluice tokens exits with 1 on a wrong setting', () => {
    const { code, notes } = sluice('tokens list', { STORE_TIMEOUT_MS: 'soon' });
    expect(code).toBe(1);
    expect(notes).toMatch(/^tokens: STORE_TIMEOUT_MS is "soon"; allowed: /);
  });

  it('The program sluice init exits with 1 where the engines are files', () => {
    const { code, out, notes } = sluice('init', { DATA_DIR: directory });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(notes).toMatch(
      /^sluice init cannot start: EVENT_LOG_URL is "file:[^"]*"; the init in a process of its own needs/,
    );
  });

  it('The program sluice init changes nothing when it is given arguments', () => {
    const notes = 'init: it has no arguments; see sluice help init.\n';
    expect(sluice('init now')).toEqual({ code: 2, out: '', notes });
  });

  it('The program sluice init --help prints the same text as help init', () => {
    const help = sluice('init --help');
    expect(help).toEqual(sluice('help init'));
    expect(help).toMatchObject({ code: 0, notes: '', out: expect.stringMatching(/^Usage: sluice init\n/) });
  });

  it('The program sluice reads the file .env of the current folder, which the environment overrides', () => {
    writeFileSync(join(directory, '.env'), 'STORE_TIMEOUT_MS=soon\n');
    expect(sluice('tokens list').notes).toContain('STORE_TIMEOUT_MS is "soon"');
    expect(sluice('tokens list', { STORE_TIMEOUT_MS: '5000', DATA_DIR: directory })).toEqual({
      code: 0,
      out: '',
      notes: 'There are no tokens; sluice tokens create makes one.\n',
    });
  });
});
