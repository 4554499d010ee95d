import { execFile } from 'node:child_process';
import { cp, glob, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '@sluice/test-kit';

const run = promisify(execFile);
const CRUISE = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
const CONFIG = '.dependency-cruiser.mjs';
const AREAS = ['apps', 'libs', 'tools', 'test'];

export interface Violation {
  from: string;
  rule: string;
}

interface Manifest {
  name: string;
  exports?: Record<string, string | { source?: string }>;
}

/**
 * A tree with the packages of this repository, their manifests and an empty file for each of their entries, in which a test writes
 * files that import something. dependency-cruiser reads it with the rules and the settings of the repository.
 */
export class ImportTree {
  private constructor(readonly root: string) {}

  static async create(): Promise<ImportTree> {
    const tree = new ImportTree(await mkdtemp(join(tmpdir(), 'sluice-imports-')));
    for (const file of ['package.json', 'tsconfig.json', CONFIG]) await cp(join(ROOT, file), join(tree.root, file));
    const manifests = glob(['{apps,libs}/*/package.json', '{tools,test}/package.json'], { cwd: ROOT });
    for await (const manifest of manifests) await tree.addPackage(dirname(manifest));
    return tree;
  }

  async write(path: string, text = 'export {};\n'): Promise<void> {
    const file = join(this.root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }

  /** A package from the registry, without anything in it. */
  async install(name: string): Promise<void> {
    const exported = { '.': './index.js', './*': './*' };
    const manifest = { name, version: '1.0.0', type: 'module', exports: exported };
    await this.write(`node_modules/${name}/package.json`, JSON.stringify(manifest));
    await this.write(`node_modules/${name}/index.js`);
  }

  /** What the rules refuse in the tree as it is now. */
  async violations(): Promise<Violation[]> {
    const args = [CRUISE, '--config', CONFIG, '--output-type', 'json', ...AREAS];
    const options = { cwd: this.root, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, NODE_OPTIONS: '' } };
    // It ends with the number of violations; only what it prints counts.
    const { stdout } = await run(process.execPath, args, options).catch((error: { stdout?: string }) => {
      if (!error.stdout) throw error;
      return { stdout: error.stdout };
    });
    const { summary } = JSON.parse(stdout) as { summary: { violations: { from: string; rule: { name: string } }[] } };
    return summary.violations.map(({ from, rule }) => ({ from, rule: rule.name }));
  }

  remove(): Promise<void> {
    return rm(this.root, { recursive: true, force: true });
  }

  private async addPackage(folder: string): Promise<void> {
    const text = await readFile(join(ROOT, folder, 'package.json'), 'utf8');
    const { name, exports = {} } = JSON.parse(text) as Manifest;
    await this.write(join(folder, 'package.json'), text);
    for (const entry of Object.values(exports))
      if (typeof entry !== 'string' && entry.source?.endsWith('.ts')) await this.write(join(folder, entry.source));
    const link = join(this.root, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(this.root, folder), link);
  }
}
