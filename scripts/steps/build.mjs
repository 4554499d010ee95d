import { createHash } from 'node:crypto';
import { cpSync, existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, StepError, endLike, run } from './child.mjs';
import { node24 } from './install.mjs';

export const MAIN = 'dist/apps/standalone/src/main.js';

const STAMP = join(ROOT, 'dist/.built-from');
const TSC_NOTES = join(ROOT, 'dist/.build.tsbuildinfo');
const FOLDERS = ['apps', 'libs'];
const FILES = ['tsconfig.json', 'tsconfig.build.json', 'package.json', 'package-lock.json'];
/** What the apps read as it is. */
const ASSET = /[\\/]assets[\\/]/;
const NOT_BUILT = /[.-]spec\.ts$|[\\/]testing[\\/]/;

/** Builds the apps unless what was built last still fits its sources. */
export async function ensureBuilt() {
  const hasOutput = existsSync(join(ROOT, MAIN));
  const sources = fingerprint();
  if (hasOutput && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === sources) return;
  console.error('Building (tsc); this takes some seconds...');
  if (!hasOutput) rmSync(TSC_NOTES, { force: true });
  rmSync(STAMP, { force: true });
  const ended = await run(node24(), ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json']);
  if (ended.signal) return endLike(ended);
  if (ended.code !== 0) throw new StepError('The build failed: the errors above name the file and the line.');
  for (const path of FOLDERS.flatMap(filesUnder))
    if (ASSET.test(path)) cpSync(join(ROOT, path), join(ROOT, 'dist', path));
  writeFileSync(STAMP, sources);
}

/** Changes when a source is written, added, renamed or removed. Names, sizes and times only, so that it takes milliseconds. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const path of [...FOLDERS.flatMap(filesUnder), ...FILES].sort()) {
    const { size, mtimeMs } = statSync(join(ROOT, path));
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function filesUnder(folder) {
  const entries = readdirSync(join(ROOT, folder), { withFileTypes: true });
  return entries
    .flatMap((entry) => (entry.isDirectory() ? filesUnder(join(folder, entry.name)) : [join(folder, entry.name)]))
    .filter((path) => !NOT_BUILT.test(path));
}
