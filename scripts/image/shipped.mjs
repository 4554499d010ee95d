// Which packages of npm the apps need at run time. Runs in the image build, too, where nothing but npm is installed.
import { spawnSync } from 'node:child_process';
import { relative } from 'node:path';

/** As in the Dockerfile. */
const APPS = ['gateway', 'buffer-worker', 'query', 'operator', 'archiver', 'standalone'];
export const WORKSPACES = APPS.flatMap((app) => ['--workspace', `apps/${app}`]);

/** Optional peers that npm adds because the checkout has them: @nestjs/swagger uses the compiler in its build plugin only. */
const NOT_USED = new Set(['typescript']);

/**
 * `npm sbom --omit dev` and `npm ci --omit dev` cannot list them: the one leaves out what any other workspace has as a development
 * dependency, the other installs what any workspace has as a dependency, that of the tests included.
 *
 * @param root top folder of the checkout
 * @returns of each its `path` below the root, such as `node_modules/a/node_modules/b`, and its `id`, `name@version`
 */
export function shippedPackages(root) {
  const lines = npm(root, 'ls', '--all', '--omit', 'dev', '--parseable', '--long', ...WORKSPACES).split('\n');
  const packages = lines.map((line) => line.split(':')).filter(([, id]) => id !== undefined);
  return packages
    .map(([path, id]) => ({ path: relative(root, path), id }))
    .filter(({ id }) => !NOT_USED.has(id.slice(0, id.lastIndexOf('@'))));
}

/** @returns its output. @throws Error with what npm says */
export function npm(root, ...args) {
  const { status, stdout, stderr } = spawnSync('npm', args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`npm ${args[0]} failed: ${stderr}`);
  return stdout;
}
