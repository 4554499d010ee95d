import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, StepError, endLike, run } from './child.mjs';

const WINDOWS = process.platform === 'win32';
const PACKAGED_NODE = join(ROOT, 'node_modules/node/bin', WINDOWS ? 'node.exe' : 'node');
const NODE_MAJOR = '24';

/** The Node that Sluice runs on: it comes with the packages, whatever Node the machine has. */
export function node24() {
  if (existsSync(PACKAGED_NODE)) return PACKAGED_NODE;
  if (process.versions.node.startsWith(`${NODE_MAJOR}.`)) return process.execPath;
  throw new StepError(
    `Sluice runs on Node ${NODE_MAJOR}, which comes with its packages, but ${PACKAGED_NODE} is missing: ` +
      `its install script did not run. Try: npm rebuild node (with scripts allowed), or use Node ${NODE_MAJOR} itself.`,
  );
}

/** Installs the packages that package-lock.json names, unless they are there already. */
export async function ensureInstalled() {
  if (isInstalled()) return;
  console.error('Installing packages (npm ci); this takes about a minute...');
  const ended = await npm('ci', '--no-audit', '--no-fund', '--no-progress', '--loglevel=error');
  if (ended.signal) return endLike(ended);
  if (ended.code !== 0) {
    throw new StepError(
      'npm ci failed, for the reason above. Without a network, or with a package-lock.json that does not fit package.json, ' +
        'nothing can be installed; try again when that is mended.',
    );
  }
  node24();
}

/** The npm that started this script, if one did; it needs no shell. */
export function npm(...args) {
  const cli = process.env.npm_execpath;
  if (cli?.endsWith('.js')) return run(process.execPath, [cli, ...args]);
  return run('npm', args, { shell: WINDOWS });
}

/** Compares what should be there with what npm noted down after its last install. */
function isInstalled() {
  const installed = packagesIn('node_modules/.package-lock.json');
  if (!installed || !existsSync(PACKAGED_NODE)) return false;
  const wanted = Object.entries(packagesIn('package-lock.json')).filter(([path]) => path !== '');
  return wanted.every(([path, entry]) => isSame(entry, installed[path]));
}

function packagesIn(lockfile) {
  const path = join(ROOT, lockfile);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : undefined;
}

/** A package for another platform is optional and not there. */
function isSame(wanted, installed) {
  if (!installed) return Boolean(wanted.optional || wanted.devOptional);
  return installed.version === wanted.version && installed.integrity === wanted.integrity;
}
