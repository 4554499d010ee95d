import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROOT } from '@sluice/test-kit';

const LINT = 'scripts/language.mjs';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'language-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the lint on one file, or on every file that is held to it. */
function lint(...files: string[]): { code: number | null; findings: string } {
  const { status, stderr } = spawnSync(process.execPath, [LINT, ...files], { cwd: ROOT, encoding: 'utf8' });
  return { code: status, findings: stderr };
}

function lintText(name: string, text: string): { code: number | null; findings: string } {
  const file = join(folder, name);
  writeFileSync(file, text);
  return lint(file);
}

describe('The language lint', () => {
  it('The language lint accepts every file that is held to it', () => {
    expect(lint()).toEqual({ code: 0, findings: '' });
  });

  it('The language lint refuses a banned word in a comment and names the line, the word and what to write', () => {
    const { code, findings } = lintText('a.ts', 'const a = 1;\n/** For whoever calls. */\n');
    expect(code).toBe(1);
    expect(findings).toMatch(/a\.ts:2: "whoever": write name the client/);
  });

  it.each([
    ['Nobody waits for a timer.', 'Nobody'],
    ['The record stands behind it.', 'stands'],
    ['The worker is told to stop.', 'told'],
    ['It hears of each append.', 'hears'],
    ['The file is written anew.', 'anew'],
    ['It runs in a process of its own.', 'of its own'],
    ['The view shows what waits.', 'what waits'],
    ['It answers what is no HTTP.', 'what is no'],
    ['Work is accepted for so long.', 'for so long'],
  ])('The language lint refuses in a page: %s', (sentence, word) => {
    const { code, findings } = lintText('a.md', `# A\n\n${sentence}\n`);
    expect([code, findings.includes(`"${word}"`)]).toEqual([1, true]);
  });

  it('The language lint refuses a function that is named look, take, place, saw or hear', () => {
    expect(lintText('b.ts', 'class A {\n  private take(bytes: Buffer): void {}\n}\n').findings).toContain(
      '"private take("',
    );
  });

  it('The language lint refuses a test name that is a fragment, in suites only', () => {
    const fragment = "it('commits after the store has confirmed', () => undefined);\n";
    expect(lintText('f.spec.ts', fragment).findings).toContain('f.spec.ts:1:');
    expect(lintText('f.ts', fragment).code).toBe(0);
    expect(lintText('g.spec.ts', "it('decodeEvent never throws', () => undefined);\n").code).toBe(0);
  });

  it.each([
    ['after a table', "it.each([\n  ['a'],\n  ['b'],\n])('is refused: %s', () => undefined);\n", 4],
    ['below a table', "it.each(rows)(\n  'is refused: %s',\n  () => undefined,\n);\n", 2],
    ['after a table of constants', "it.each([['a']] as const)('is refused: %s', () => undefined);\n", 1],
    ['of a group', "describe('a record', () => undefined);\n", 1],
    ['of a group with a table', "describe.each(formats)('a record as %s', () => undefined);\n", 1],
  ])('The language lint refuses a title that is a fragment %s', (_where, text, line) => {
    const { code, findings } = lintText('h.spec.ts', text);
    expect([code, findings]).toEqual([1, expect.stringMatching(new RegExp(`h\\.spec\\.ts:${line}: "(?:is|a) `))]);
  });

  it('The language lint accepts a group that is named as in the code, and text in a table', () => {
    const groups = ['decodeEvent', 'sluice tokens', 'npm run sbom', 'A record', 'flush'];
    const table = "it.each([['is a row', 'it is a text']])('A row is accepted: %s', () => undefined);\n";
    const text = groups.map((name) => `describe('${name}', () => undefined);\n`).join('') + table;
    expect(lintText('i.spec.ts', text)).toEqual({ code: 0, findings: '' });
  });

  it('The language lint refuses a line of prose over 120 columns, but no table, no code and no line with a URL', () => {
    const long = 'word '.repeat(30).trim();
    expect(lintText('c.md', `${long}\n`).findings).toContain('149 columns');
    expect(lintText('d.md', `| ${long} |\n\n\`\`\`\n${long}\n\`\`\`\n\n${long} https://a.example\n`).code).toBe(0);
  });

  it('The language lint accepts the field words that contain a banned one', () => {
    expect(
      lintText('e.md', 'A standalone process gets the outcomes of its own entries, as the standard says.\n').code,
    ).toBe(0);
  });
});
