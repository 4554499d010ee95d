import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, StepError, endLike, run } from './child.mjs';
import { node24 } from './install.mjs';

export const MAIN = 'dist/apps/standalone/main.js';

const STAMP = join(ROOT, 'dist/.built-from');
const FOLDERS = ['apps', 'libs', 'docs/operations/runbooks'];
const FILES = ['tsconfig.json', 'nest-cli.json', 'rspack.config.mjs', 'package.json', 'package-lock.json'];
const NOT_BUILT = /[.-]spec\.ts$|[\\/](testing|node_modules|dist)[\\/]/;

/** Builds the apps unless the last build still fits its sources. */
export async function ensureBuilt() {
  const sources = fingerprint();
  const isBuilt = existsSync(join(ROOT, MAIN)) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === sources;
  if (isBuilt) return;
  console.error('Building the apps; this takes some seconds...');
  rmSync(STAMP, { force: true });
  // nest-cli prints a line for each app even where all is well: shown only where it is not.
  const ended = await run(node24(), ['node_modules/@nestjs/cli/bin/nest.js', 'build', '--all'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    showOutputOnFailure: true,
  });
  if (ended.signal) return endLike(ended);
  if (ended.code !== 0) throw new StepError('The build failed: the errors above name the file and the line.');
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
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
