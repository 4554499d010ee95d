import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './program.js';

const run = promisify(execFile);
const PACKAGE = join(ROOT, 'libs/device');
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

/** The package @sluice/device, packed and installed as a project of someone else gets it. */
export class DevicePackage {
  /** @param project a folder with the package in its node_modules */
  private constructor(readonly project: string) {}

  static async install(): Promise<DevicePackage> {
    const project = await mkdtemp(join(tmpdir(), 'sluice-device-project-'));
    const installed = new DevicePackage(project);
    try {
      await writeFile(join(project, 'package.json'), '{ "name": "project", "private": true, "type": "module" }');
      const tarball = await pack(join(project, 'staged'));
      await run('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball], { cwd: project });
    } catch (error) {
      await installed.remove();
      throw error;
    }
    return installed;
  }

  get folder(): string {
    return join(this.project, 'node_modules/@sluice/device');
  }

  /** Runs a program of the project to its end. @returns what it printed */
  async run(program: string): Promise<string> {
    const file = join(this.project, 'program.mjs');
    await writeFile(file, program);
    return (await run(process.execPath, [file], { cwd: this.project, env: { ...process.env, NODE_OPTIONS: '' } }))
      .stdout;
  }

  remove(): Promise<void> {
    return rm(this.project, { recursive: true, force: true });
  }
}

/** Builds outside the source tree. @returns path of the tarball */
async function pack(staged: string): Promise<string> {
  await mkdir(staged);
  for (const part of ['package.json', 'README.md', 'LICENSE', 'examples'])
    await cp(join(PACKAGE, part), join(staged, part), { recursive: true });
  await run(process.execPath, [TSC, '-p', PACKAGE, '--outDir', join(staged, 'dist')]);
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json'], { cwd: staged });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  return join(staged, filename);
}
