import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { cp, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = dirname(dirname(import.meta.dirname));
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

/** What a team has in its own project; the two packages bring the rest. Copied from ours, so that nothing is fetched. */
const OF_THE_TEAM = [
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/microservices',
  'reflect-metadata',
  'rxjs',
  '@types/node',
];
const BROUGHT_ALONG = ['kafkajs'];
/** The packages that a team installs; the embedded engine replaces a broker. */
const PACKAGES = [
  'async',
  'sqlite',
  'settings',
  'sqlite',
  'contracts',
  'event-log',
  'event-log-kafka',
  'event-log-sqlite',
  'batch-transport',
];

/** As strict as ours, with Nest's decorators. */
const TSCONFIG = {
  compilerOptions: {
    target: 'es2024',
    module: 'nodenext',
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    outDir: 'dist',
    rootDir: '.',
  },
};

/** Another team's project, outside of this tree, in which the packed packages are installed. */
export class OutsideProject {
  private readonly children: ChildProcess[] = [];

  private constructor(readonly folder: string) {}

  static async create(): Promise<OutsideProject> {
    await run(process.execPath, ['scripts/packages.mjs'], { cwd: ROOT, env: withoutJestOptions() });
    const project = new OutsideProject(await realpath(await mkdtemp(join(tmpdir(), 'sluice-outside-'))));
    const dependencies = Object.fromEntries(OF_THE_TEAM.map((name) => [name, '*']));
    await project.write('package.json', JSON.stringify({ private: true, type: 'module', dependencies }));
    await project.write('tsconfig.json', JSON.stringify(TSCONFIG));
    for (const name of await withDependencies([...OF_THE_TEAM, ...BROUGHT_ALONG])) {
      const place = join('node_modules', name);
      await cp(join(ROOT, place), join(project.folder, place), { recursive: true });
    }
    const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    const tarballs = PACKAGES.map((name) => join(ROOT, `dist/packages/sluice-${name}-${version}.tgz`));
    const flags = ['--offline', '--no-audit', '--no-fund', '--ignore-scripts', '--no-package-lock'];
    await run('npm', ['install', ...flags, ...tarballs], { cwd: project.folder, env: withoutJestOptions() });
    return project;
  }

  async write(name: string, text: string): Promise<void> {
    await writeFile(join(this.folder, name), text);
  }

  /** Copies a folder of this repository into the project. */
  async copyIn(folder: string): Promise<void> {
    await cp(join(ROOT, folder), join(this.folder, basename(folder)), { recursive: true });
  }

  /** Runs the compiler as the `tsconfig.json` in that folder says. @throws with what the compiler says */
  async compile(folder = '.'): Promise<void> {
    await run(process.execPath, [TSC, '-p', join(this.folder, folder)]).catch((error: { stdout: string }) => {
      throw new Error(`It does not compile:\n${error.stdout}`);
    });
  }

  /** Starts a file of the project; it is ended with the project if it does not end by itself. */
  start(file: string, ...args: string[]): ChildProcess {
    const child = spawn(process.execPath, [file, ...args], { cwd: this.folder, env: withoutJestOptions() });
    this.children.push(child);
    return child;
  }

  /** Runs a file of the project to its end. @returns what it wrote to its standard output */
  async run(file: string, ...args: string[]): Promise<string> {
    const { stdout } = await run(process.execPath, [file, ...args], { cwd: this.folder, env: withoutJestOptions() });
    return stdout;
  }

  /** The names of all packages that this file imports, itself or through files beside it. */
  async imports(file: string, seen = new Set<string>()): Promise<string[]> {
    const text = await readFile(join(this.folder, file), 'utf8');
    seen.add(file);
    const names: string[] = [];
    for (const [, name] of text.matchAll(/^(?:import|export) .*?from '([^']+)'/gm)) {
      const next = join(dirname(file), name!);
      if (!name!.startsWith('.')) names.push(name!);
      else if (!seen.has(next)) names.push(...(await this.imports(next, seen)));
    }
    return names;
  }

  async remove(): Promise<void> {
    for (const child of this.children) child.kill('SIGKILL');
    await rm(this.folder, { recursive: true });
  }
}

/** The code of a document's fenced blocks of that language, in order. */
export async function codeBlocks(document: string, language: string): Promise<string[]> {
  const text = await readFile(join(ROOT, document), 'utf8');
  return Array.from(text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms')), ([, code]) => code!);
}

/** These packages and all that they need, as far as they are installed here. */
async function withDependencies(names: readonly string[], found = new Set<string>()): Promise<Set<string>> {
  for (const name of names) {
    const manifest = await readFile(join(ROOT, 'node_modules', name, 'package.json'), 'utf8').catch(() => undefined);
    if (manifest === undefined || found.has(name)) continue;
    found.add(name);
    await withDependencies(Object.keys((JSON.parse(manifest) as Manifest).dependencies ?? {}), found);
  }
  return found;
}

interface Manifest {
  dependencies?: Record<string, string>;
}

/** A process of its own needs none of what jest is run with. */
function withoutJestOptions(): NodeJS.ProcessEnv {
  return { ...process.env, NODE_OPTIONS: '' };
}
