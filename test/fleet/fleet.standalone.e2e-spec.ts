import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROOT } from '../support/program.js';
import { Standalone } from '../support/standalone.js';

const run = promisify(execFile);

let standalone: Standalone;

beforeAll(async () => {
  standalone = await Standalone.start();
});

afterAll(() => standalone.dispose());

const fleet = (...args: string[]) => run(process.execPath, ['scripts/fleet.mjs', 'run', ...args], { cwd: ROOT });

describe('npm run fleet, against npm start', () => {
  it('shows that nothing is lost, doubled or changed, whatever the devices do', async () => {
    const faults = '--faults=clock-skew,offline,duplicates,malformed';
    const load = ['--devices=40', '--rate=5', '--duration=4s', '--max-backoff=1s', faults];
    const { stdout } = await fleet(...load, `--endpoints=${standalone.baseUrl}`);
    expect(stdout).toMatch(/^kept: lost 0, doubled 0, phantoms 0, changed 0, reordered 0, misjudged 0$/m);
    expect(stdout).toMatch(/^rejected +[1-9]/m);
    expect(stdout).toMatch(/^duplicates +[1-9]/m);
    expect(stdout).toMatch(/^undelivered +0 /m);
  });

  it('ends with 2 and the option that is wrong', async () => {
    await expect(fleet('--rate=fast')).rejects.toMatchObject({
      code: 2,
      stderr: '--rate is "fast"; allowed: a number from 0.001 to 1000.\n',
    });
  });

  it('shows its options when it is asked to', async () => {
    expect((await fleet('--help')).stdout).toContain('--devices');
  });
});
