import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../steps/child.mjs';

const CONFIG = 'observe/prometheus/prometheus.yml';
const TESTS = 'observe/prometheus/tests';

/** @returns {string | undefined} why the rules of Prometheus cannot be tested here */
export function promtoolProblem() {
  if (spawnSync('promtool', ['--version'], { stdio: 'ignore' }).status === 0) return undefined;
  return 'promtool is not installed (it comes with Prometheus; on Debian: apt-get install prometheus)';
}

/** @returns {string[][]} the commands that check the configuration with its rules, and that test the rules */
export function promtoolChecks() {
  const tests = readdirSync(join(ROOT, TESTS)).map((file) => `${TESTS}/${file}`);
  return [
    ['promtool', 'check', 'config', CONFIG],
    ['promtool', 'test', 'rules', ...tests],
  ];
}
