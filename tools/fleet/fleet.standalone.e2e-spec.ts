import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HttpClient, ROOT, Standalone, until } from '@sluice/test-kit';

const run = promisify(execFile);

let standalone: Standalone;

beforeAll(async () => {
  standalone = await Standalone.start();
});

afterAll(() => standalone.dispose());

/** As docs/internals/under-load.md says. */
async function createToken(dataDir: string): Promise<string> {
  const command = 'dist/apps/operator/main.js tokens create --pattern fleet-* --scope ingest --scope read';
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

/** Takes every record, and never answers what asks for them. @returns when it was first asked, as `asked` */
async function gatewayThatHangs(): Promise<{ url: string; asked: Promise<void>; close: () => void }> {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    if (request.url!.startsWith('/records')) return resolve();
    void takeAll(request).then((records) => {
      const results = records.map(({ record_id }, index) => ({ index, status: 'accepted', record_id }));
      const body = request.method === 'POST' ? { results } : { waiting: 0 };
      response.writeHead(request.method === 'POST' ? 202 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, close };
}

async function takeAll(request: IncomingMessage): Promise<{ record_id: string }[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const isSmaller = request.headers['content-encoding'] === 'gzip';
  const text = (isSmaller ? gunzipSync(bytes) : bytes).toString();
  return text === '' ? [] : (JSON.parse(text) as { record_id: string }[]);
}

const fleet = (...args: string[]) => run(process.execPath, ['scripts/fleet.mjs', 'run', ...args], { cwd: ROOT });

describe('npm run fleet, against npm start', () => {
  it('The command npm run fleet shows that nothing is lost, doubled or changed, whatever the devices do', async () => {
    const faults = '--faults=clock-skew,offline,duplicates,malformed';
    const load = ['--devices=40', '--rate=5', '--duration=4s', '--max-backoff=1s', faults];
    const { stdout } = await fleet(...load, `--endpoints=${standalone.baseUrl}`);
    expect(stdout).toMatch(/^kept: lost 0, doubled 0, phantoms 0, changed 0, reordered 0, misjudged 0$/m);
    expect(stdout).toMatch(/^rejected +[1-9]/m);
    expect(stdout).toMatch(/^duplicates +[1-9]/m);
    expect(stdout).toMatch(/^undelivered +0 /m);
  });

  it('The command npm run fleet runs with one token for all of its devices, where access is by tokens', async () => {
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

  it('The command npm run fleet ends with 2 and the option that is wrong', async () => {
    await expect(fleet('--rate=fast')).rejects.toMatchObject({
      code: 2,
      stderr: '--rate is "fast"; allowed: a number from 0.001 to 1000.\n',
    });
  });

  it('The command npm run fleet ends with 3 by one Ctrl-C while it reads back, and reports that nothing was checked', async () => {
    const { url, asked, close } = await gatewayThatHangs();
    try {
      const args = ['scripts/fleet.mjs', 'run', '--devices=2', '--duration=300ms', '--fixed', `--endpoints=${url}`];
      const child = spawn(process.execPath, args, { cwd: ROOT, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
      const said: string[] = [];
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => said.push(String(bytes)));
      await asked;
      // A terminal sends the signal to the whole group.
      process.kill(-child.pid!, 'SIGINT');
      expect(await once(child, 'close')).toEqual([3, null]);
      expect(said.join('')).toContain('Ending without the check.');
      expect(said.join('')).toContain('NOT CHECKED: the run was ended by hand.');
    } finally {
      close();
    }
  });

  it('The command npm run fleet shows its options when it is asked to', async () => {
    expect((await fleet('--help')).stdout).toContain('--devices');
  });
});
