import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const SCRIPTS = fileURLToPath(new URL('../../scripts', import.meta.url));
const SOURCE = 'apps/standalone/src/main.ts';
const MAIN = 'dist/apps/standalone/main.js';
const NEST = 'node_modules/@nestjs/cli/bin/nest.js';

/** An app that prints that it runs, and ends with the given code. */
const APP = `console.log('app runs'); process.exit(Number(process.env.APP_ENDS_WITH ?? 0));`;

/** Replaces nest-cli: prints that it builds, and writes the app. */
const NEST_CLI = `
const { mkdirSync, writeFileSync } = require('node:fs');
console.error('nest builds');
console.log('what nest says');
if (process.env.BUILD_FAILS) process.exit(2);
mkdirSync('dist/apps/standalone', { recursive: true });
writeFileSync('${MAIN}', ${JSON.stringify(APP)});`;

/** Replaces npm: prints its command, and records what it has installed, as npm does. */
const NPM = `
console.log('npm ' + process.argv[2]);
if (process.env.NPM_FAILS) process.exit(1);
require('node:fs').copyFileSync('package-lock.json', 'node_modules/.package-lock.json');`;

let checkout: string;

const put = async (path: string, content: string): Promise<void> => {
  await mkdir(dirname(join(checkout, path)), { recursive: true });
  await writeFile(join(checkout, path), content);
};

const lock = (version: string): string => JSON.stringify({ packages: { '': {}, 'node_modules/a': { version } } });

beforeEach(async () => {
  checkout = await mkdtemp(join(tmpdir(), 'sluice-start-'));
  await cp(SCRIPTS, join(checkout, 'scripts'), { recursive: true });
  await put('package-lock.json', lock('1.0.0'));
  for (const file of ['tsconfig.json', 'nest-cli.json', 'rspack.config.mjs']) await put(file, '{}');
  await put('package.json', JSON.stringify({ config: { startOption: '--max-semi-space-size=16', mallocArenas: '2' } }));
  await put(SOURCE, 'first');
  await put('libs/contracts/src/index.ts', '');
  await put('docs/operations/runbooks/README.md', '');
  await put(NEST, NEST_CLI);
  await put('npm.js', NPM);
  await mkdir(join(checkout, 'node_modules/node/bin'), { recursive: true });
  await symlink(process.execPath, join(checkout, 'node_modules/node/bin/node'));
});

afterEach(() => rm(checkout, { recursive: true, force: true }));

/** Runs `npm start` and gives what was done, in order. */
async function start(env: Record<string, string> = {}): Promise<{ did: string[]; said: string; code: number }> {
  const child = spawn(process.execPath, ['scripts/start.mjs'], {
    cwd: checkout,
    env: { PATH: process.env['PATH'], npm_execpath: join(checkout, 'npm.js'), ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (output += String(bytes)));
  const [code] = (await once(child, 'close')) as [number];
  return { did: output.match(/^(npm ci|nest builds|app runs)$/gm) ?? [], said: output, code };
}

describe('npm start', () => {
  it('The command npm start installs, builds and runs on a clean clone', async () => {
    await expect(start()).resolves.toMatchObject({ did: ['npm ci', 'nest builds', 'app runs'], code: 0 });
  });

  it('The command npm start builds again when a part of the console has changed', async () => {
    await put('apps/console/src/styles/base.css', 'first');
    await start();
    await put('apps/console/src/styles/base.css', 'second');
    expect((await start()).did).toEqual(['nest builds', 'app runs']);
  });

  it('The command npm start only runs when nothing has changed', async () => {
    await start();
    await expect(start()).resolves.toMatchObject({ did: ['app runs'], code: 0 });
  });

  it('The command npm start installs again when the lockfile names another version', async () => {
    await start();
    await put('package-lock.json', lock('1.0.1'));
    expect((await start()).did).toContain('npm ci');
  });

  it('The command npm start installs nothing for an optional package of another platform', async () => {
    await put('node_modules/.package-lock.json', lock('1.0.0'));
    const packages = { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '1.0.0', optional: true } };
    await put('package-lock.json', JSON.stringify({ packages }));
    expect((await start()).did).not.toContain('npm ci');
  });

  it.each([
    ['is written', () => put(SOURCE, 'second')],
    ['is touched', () => utimes(join(checkout, SOURCE), new Date(0), new Date(0))],
    ['is added', () => put('libs/contracts/src/new.ts', '')],
    ['is removed', () => rm(join(checkout, 'libs/contracts/src/index.ts'))],
  ])('The command npm start builds again when a source %s', async (_change, change) => {
    await start();
    await change();
    expect((await start()).did).toEqual(['nest builds', 'app runs']);
  });

  it('The command npm start builds nothing when only a suite has changed', async () => {
    await start();
    await put('libs/contracts/src/index.spec.ts', 'changed');
    expect((await start()).did).toEqual(['app runs']);
  });

  it('The command npm start builds again when the output is missing', async () => {
    await start();
    await rm(join(checkout, MAIN));
    expect((await start()).did).toEqual(['nest builds', 'app runs']);
  });

  it('The command npm start reports what to do when npm fails, and runs nothing', async () => {
    const { did, said, code } = await start({ NPM_FAILS: '1' });
    expect({ did, code }).toEqual({ did: ['npm ci'], code: 1 });
    expect(said).toContain('npm ci failed');
  });

  it('The command npm start does not run an old build when the build fails, and builds again the next time', async () => {
    await start();
    await put(SOURCE, 'broken');
    const failed = await start({ BUILD_FAILS: '1' });
    expect(failed).toMatchObject({ did: ['nest builds'], code: 1 });
    expect(failed.said).toContain('what nest says');
    expect((await start()).did).toEqual(['nest builds', 'app runs']);
  });

  it('The command npm start exits with the code of the app', async () => {
    await expect(start({ APP_ENDS_WITH: '7' })).resolves.toMatchObject({ code: 7 });
  });

  it('The command npm start passes the settings of .env to the app', async () => {
    await put('.env', 'APP_ENDS_WITH=9\n');
    await expect(start()).resolves.toMatchObject({ code: 9 });
  });
});
