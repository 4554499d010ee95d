import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ROOT, StepError } from './child.mjs';

/**
 * Installs what a requirements file names into a separate virtual environment, next to the other caches: it is removed with node_modules.
 * Nothing is done where the same file was installed before. Needs Python 3.10 or newer with venv.
 *
 * @param {string} requirements path of the file; the name of its folder names the environment
 * @returns {string} the folder of its programs
 */
export function ensurePythonTool(requirements) {
  const name = basename(dirname(requirements));
  const folder = join(ROOT, 'node_modules/.cache', name);
  const stamp = join(folder, 'installed.txt');
  const wanted = readFileSync(requirements, 'utf8');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    console.error(`Installing the Python tools of ${name} (pip)...`);
    rmSync(folder, { recursive: true, force: true });
    must('python3', ['-m', 'venv', folder], `Python 3.10 or newer with venv is needed for ${name}.`);
    const pip = ['install', '--quiet', '--disable-pip-version-check', '--requirement', requirements];
    must(join(folder, 'bin/pip'), pip, `pip could not install the tools of ${name}, for the reason above.`);
    writeFileSync(stamp, wanted);
  }
  return join(folder, 'bin');
}

function must(command, args, otherwise) {
  const { status } = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new StepError(otherwise);
}
