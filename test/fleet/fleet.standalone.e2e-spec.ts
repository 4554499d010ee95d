import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HttpClient } from '../support/http-client.js';
import { ROOT } from '../support/program.js';
import { Standalone } from '../support/standalone.js';
import { until } from '../support/until.js';

const run = promisify(execFile);

let standalone: Standalone;

beforeAll(async () => {
  standalone = await Standalone.start();
});

afterAll(() => standalone.dispose());

/** As docs/under-load.md says. */
async function createToken(dataDir: string): Promise<string> {
  const command = 'dist/apps/gateway/src/tokens.js create --pattern fleet-* --scope ingest --scope read';
  const env = { ...process.env, DATA_DIR: dataDir };
  const { stdout } = await run(process.execPath, command.split(' '), { cwd: ROOT, env });
  return stdout.trim();
}

async function untilKnown(baseUrl: string, token: string): Promise<void> {
  const client = new HttpClient(baseUrl, { authorization: `Bearer ${token}` });
  await until('the token is known', async () => {
    const { status } = await client.get('/check-buffer?device_id=fleet-1');
    return status === 200 || undefined;
  });
}

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

  it('runs with one token for all of its devices, where access is by tokens', async () => {
    const restricted = await Standalone.start({ AUTH: 'tokens' });
    try {
      const tokenFile = join(restricted.dataDir, 'fleet-token');
      const token = await createToken(restricted.dataDir);
      await writeFile(tokenFile, token);
      await untilKnown(restricted.baseUrl, token);
      const where = [`--endpoints=${restricted.baseUrl}`, `--token-file=${tokenFile}`];
      const { stdout } = await fleet('--devices=5', '--rate=5', '--duration=1s', ...where);
      expect(stdout).toMatch(/^kept: lost 0, /m);
      expect(stdout).toMatch(/^acked +[1-9]/m);
    } finally {
      await restricted.dispose();
    }
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
