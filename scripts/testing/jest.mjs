import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defer } from './cleanups.mjs';
import { succeeds } from './program.mjs';

const NODE_OPTIONS = '--experimental-vm-modules --disable-warning=ExperimentalWarning';

/**
 * Runs these suites. A suite that cannot be loaded counts as one failure, and so does a run that fails without naming a test.
 *
 * @param {{ suites: string[], workers: number, timeoutMs: number, env?: Record<string, string> }} options
 *   timeoutMs: default limit of one test
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function jest({ suites, workers, timeoutMs, env = {} }) {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-jest-'));
  defer(() => rmSync(folder, { recursive: true, force: true }));
  const report = join(folder, 'report.json');
  const args = [`--maxWorkers=${workers}`, `--testTimeout=${timeoutMs}`, '--json', `--outputFile=${report}`];
  const isGreen = await succeeds('node', ['node_modules/jest/bin/jest.js', ...args, '--runTestsByPath', ...suites], {
    env: { NODE_OPTIONS, ...env },
    // jest repeats the JSON on its standard output; what people read comes on the other one.
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return counted(report, isGreen);
}

function counted(report, isGreen) {
  if (!existsSync(report)) return { passed: 0, failed: 1 };
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(report, 'utf8'));
  const failed = numFailedTests + numRuntimeErrorTestSuites;
  return { passed: numPassedTests, failed: isGreen ? failed : Math.max(failed, 1) };
}
