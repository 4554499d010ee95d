// `node scripts/language.mjs [FILE...]`: refuses banned words and long lines, in these files or in all that are clean already.
import { globSync, readFileSync } from 'node:fs';
import { findingsIn } from './lint/language.mjs';
import { isHeldToLanguage } from './lint/language-rooms.mjs';

const PATTERN = '**/*.{ts,mjs,js,md,html,css,yml,yaml,tpl,cfg,sh,py}';
const WITHOUT = new Set(['node_modules', 'dist', 'data', 'coverage', '.git']);

const named = process.argv.slice(2);
const files = named.length > 0 ? named : allFiles();
let count = 0;
for (const file of files) {
  for (const { line, found, instead } of findingsIn(file, readFileSync(file, 'utf8'))) {
    count += 1;
    console.error(`${file}:${line}: "${found}": write ${instead}`);
  }
}
if (count > 0) console.error(`${count} places to reword: docs/reference/glossary.md has the words`);
process.exitCode = count > 0 ? 1 : 0;

function allFiles() {
  const all = globSync(PATTERN, { exclude: (path) => WITHOUT.has(path.split('/').at(-1)) });
  return all.filter(isHeldToLanguage).sort();
}
