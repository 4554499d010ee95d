import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { bundle, minifySync } from '@swc/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { openQueueFile } from '../src/node/queue-file.js';
import { LoopbackGateway } from '../src/testing/loopback-gateway.js';

// Processes take their time on a busy machine.
jest.setTimeout(60_000);

const run = promisify(execFile);
const PACKAGE = dirname(import.meta.dirname);
const NO_SERVER = 'http://127.0.0.1:1';

/** The package as others get it: built, installed in a node_modules folder, and used in separate processes. */
describe('The package @sluice/device', () => {
  let folder: string;
  let installed: string;
  let gateway: LoopbackGateway;
  let children: ChildProcess[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-device-'));
    installed = join(folder, 'node_modules', '@sluice', 'device');
    const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
    await run(process.execPath, [tsc, '-p', PACKAGE, '--outDir', join(installed, 'dist')]);
    for (const part of ['package.json', 'examples', 'README.md'])
      await cp(join(PACKAGE, part), join(installed, part), { recursive: true });
  }, 120_000);

  afterAll(() => rm(folder, { recursive: true }));

  beforeEach(async () => {
    gateway = await LoopbackGateway.start();
    children = [];
  });

  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    await gateway.stop();
  });

  /** Runs a file to its end. */
  async function runNode(file: string, env: Record<string, string> = {}): Promise<string> {
    const options = { cwd: folder, env: { ...process.env, NODE_OPTIONS: '--unhandled-rejections=strict', ...env } };
    return (await run(process.execPath, [file], options)).stdout;
  }

  function start(command: string, file: string, env: Record<string, string>): ChildProcess {
    const child = spawn(command, [file], { cwd: folder, env: { ...process.env, NODE_OPTIONS: '', ...env } });
    children.push(child);
    return child;
  }

  async function script(name: string, text: string): Promise<string> {
    const file = join(folder, name);
    await writeFile(
      file,
      `import { Device } from '@sluice/device';\nimport { openQueueFile } from '@sluice/device/node';\n${text}`,
    );
    return file;
  }

  const options = (endpoint: string, more = '') =>
    `{ deviceId: 'dev-1', endpoints: '${endpoint}', log: () => {}, ${more} }`;

  describe('The package @sluice/device in a process', () => {
    it('A process with the package @sluice/device ends by itself when all is delivered, without a close', async () => {
      await runNode(await script('end.mjs', `new Device(${options(gateway.origin)}).report({ n: 1 });`));
      expect(gateway.stored.size).toBe(1);
    });

    it('A process with the package @sluice/device ends after close, whatever is pending, without an unhandled rejection', async () => {
      gateway.serve = () => {};
      const text = `
        const device = new Device(${options(gateway.origin, "token: () => Promise.reject(new Error('none')), onDropped: () => Promise.reject(1)")});
        const other = new Device(${options(gateway.origin, "onDropped() { throw new Error('no') }")});
        for (const each of [device, other]) {
          each.report({ n: 1 });
          each.flush({ timeoutMs: 1 });
          each.flush();
        }
        const closed = await Promise.all([device, other].map((each) => each.close({ timeoutMs: 20 })));
        device.flush();
        console.log(JSON.stringify(closed));`;
      expect(await runNode(await script('close.mjs', text))).toBe('[{"undelivered":1},{"undelivered":1}]\n');
    });

    it('A process with the package @sluice/device keeps its records through kill -9, and delivers each once afterwards', async () => {
      const queue = join(folder, 'killed.queue');
      const text = `
        const storage = await openQueueFile(process.env.QUEUE);
        const device = new Device(${options(NO_SERVER, 'queue: { storage }')});
        for (let n = 1; ; n++) {
          const { recordId, kept } = device.report({ n });
          if ((await kept) === 'kept') console.log(recordId);
        }`;
      const child = start(process.execPath, await script('killed.mjs', text), { QUEUE: queue });
      let output = '';
      child.stdout!.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        if (output.length > 5000) child.kill('SIGKILL');
      });
      expect((await once(child, 'close'))[1]).toBe('SIGKILL');
      const kept = output.split('\n').slice(0, -1);

      const storage = await openQueueFile(queue);
      await storage.close();
      const recovered = storage.recovered.map(({ recordId }) => recordId);
      expect(recovered.slice(0, kept.length)).toEqual(kept);
      const again = `await new Device(${options(gateway.origin, 'queue: { storage: await openQueueFile(process.env.QUEUE) }')}).close();`;
      await runNode(await script('again.mjs', again), { QUEUE: queue });
      expect([...gateway.stored.keys()]).toEqual(recovered);
    });
  });

  it('The package @sluice/device loses nothing that was kept when the disk fills up, and reports what is not', async () => {
    const queue = join(folder, 'full.queue');
    const text = `
      const storage = await openQueueFile(process.env.QUEUE);
      const device = new Device(${options(NO_SERVER, 'queue: { storage }')});
      for (let n = 1, fates = []; fates.at(-1) !== 'not-durable'; n++) {
        const { recordId, kept } = device.report({ n, filler: 'x'.repeat(1000) });
        fates.push(await kept);
        console.log(fates.at(-1), recordId);
      }
      process.kill(process.pid, 'SIGKILL');`;
    const file = await script('full.mjs', text);
    // No file of the process may grow beyond 64 blocks of 512 bytes: the last line is cut short, as on a full disk.
    const limited = join(folder, 'limited.sh');
    await writeFile(limited, `ulimit -f 64; exec "${process.execPath}" "${file}"\n`);
    const child = start('sh', limited, { QUEUE: queue });
    let output = '';
    child.stdout!.on('data', (chunk: Buffer) => (output += chunk.toString()));
    expect((await once(child, 'close'))[1]).toBe('SIGKILL');
    const lines = output.trim().split('\n');
    const kept = lines.filter((line) => line.startsWith('kept ')).map((line) => line.slice('kept '.length));
    expect([kept.length > 10, lines.at(-1)!.split(' ')[0]]).toEqual([true, 'not-durable']);

    const again = `await new Device(${options(gateway.origin, 'queue: { storage: await openQueueFile(process.env.QUEUE) }')}).close();`;
    await runNode(await script('again.mjs', again), { QUEUE: queue });
    expect([...gateway.stored.keys()].slice(0, kept.length)).toEqual(kept);
  });

  describe('The files of the package @sluice/device', () => {
    it('The package has no dependency', async () => {
      const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as Record<string, unknown>;
      expect(Object.keys(manifest).filter((key) => /dependencies/i.test(key) && key !== 'devDependencies')).toEqual([]);
    });

    it('The package imports nothing of Node in the files that a browser loads', async () => {
      const files = await filesReachedFrom(join(installed, 'dist', 'index.js'));
      expect(files.size).toBeGreaterThan(10);
      for (const [, text] of files) expect(text).not.toMatch(/from 'node:|\bprocess\.|\bBuffer\b/);
    });

    it('The package is under 10 kB in a browser, bundled, minified and gzipped', async () => {
      const { bundled } = await bundle({
        entry: { bundled: join(installed, 'dist', 'index.js') },
        output: { path: folder, name: 'bundled.js' },
        mode: 'production',
        target: 'browser',
        module: {},
      });
      const { code } = minifySync(bundled!.code, { module: true, compress: true, mangle: { topLevel: true } });
      expect(code.length).toBeGreaterThan(10_000);
      expect(gzipSync(code).length).toBeLessThan(10_000);
    });

    async function filesReachedFrom(file: string, files = new Map<string, string>()): Promise<Map<string, string>> {
      const text = await readFile(file, 'utf8');
      files.set(file, text);
      for (const [, path] of text.matchAll(/from '([^']+)'/g)) {
        const next = join(dirname(file), path!);
        if (!files.has(next)) await filesReachedFrom(next, files);
      }
      return files;
    }

    it('The package starts as its README says', async () => {
      const readme = await readFile(join(installed, 'README.md'), 'utf8');
      const [, start] = /```js\n(.*?)```/s.exec(readme)!;
      expect(start!.trim().split('\n').length).toBeLessThanOrEqual(5);
      const file = join(folder, 'readme.mjs');
      await writeFile(file, start!.replace('http://127.0.0.1:8000', gateway.origin));
      await runNode(file);
      expect(gateway.stored.size).toBe(1);
    });
  });

  describe('The examples of @sluice/device', () => {
    it('The example sensor-loop.mjs reports every reading in order, and stops cleanly', async () => {
      const example = join(installed, 'examples', 'sensor-loop.mjs');
      const env = {
        SLUICE_URL: gateway.origin,
        DEVICE_ID: 'pi-1',
        INTERVAL_MS: '1',
        READINGS: '25',
        SLUICE_TOKEN: 'secret',
      };
      const output = await runNode(example, { ...env, QUEUE_FILE: join(folder, 'sensor.queue') });
      expect(output).toMatch(/^accepted 25, still in .*sensor.queue: 0\n$/);
      const readings = [...gateway.stored.values()].map(({ data_payload }) => data_payload['reading']);
      expect(readings).toEqual(Array.from({ length: 25 }, (_, at) => at + 1));
      expect(gateway.requests[0]!.headers.authorization).toBe('Bearer secret');
    });

    it('The example sensor-loop.mjs keeps its readings over a SIGTERM while no gateway answers', async () => {
      const example = join(installed, 'examples', 'sensor-loop.mjs');
      const queue = join(folder, 'stopped.queue');
      const env = { SLUICE_URL: NO_SERVER, DEVICE_ID: 'pi-1', INTERVAL_MS: '1', QUEUE_FILE: queue };
      const child = start(process.execPath, example, env);
      // The first failure is printed on standard error, after the first batch.
      await once(child.stderr!, 'data');
      child.kill('SIGTERM');
      expect((await once(child, 'close'))[0]).toBe(0);
      await runNode(example, { ...env, SLUICE_URL: gateway.origin, READINGS: '1' });
      expect(gateway.stored.size).toBeGreaterThan(2);
    });

    it('The example browser.html reports what the slider says: its script, on a page of three objects', async () => {
      const html = await readFile(join(installed, 'examples', 'browser.html'), 'utf8');
      const [, module] = /<script type="module">(.*?)<\/script>/s.exec(html)!;
      const page = `
        const listeners = {};
        const level = { valueAsNumber: 42, addEventListener: (name, listener) => (listeners[name] = listener) };
        const state = { textContent: '' };
        const addEventListener = (name, listener) => (listeners[name] = listener);
        const querySelector = (selector) => ({ '#level': level, '#state': state })[selector];
        globalThis.document = { querySelector, addEventListener };
        globalThis.location = { search: '?device=tab-1', origin: process.env.GATEWAY };
        export const page = { listeners, state };`;
      const use = `
        page.listeners.input();
        await page.listeners.visibilitychange();
        console.log(page.state.textContent);`;
      const examples = join(installed, 'examples');
      await writeFile(join(examples, 'page.mjs'), page);
      await writeFile(join(examples, 'browser.mjs'), `import { page } from './page.mjs';\n${module}\n${use}`);
      expect(await runNode(join(examples, 'browser.mjs'), { GATEWAY: gateway.origin })).toBe(
        'accepted 1, waiting 0 \n',
      );
      expect([...gateway.stored.values()]).toEqual([
        expect.objectContaining({ device_id: 'tab-1', data_payload: { level: 42 } }),
      ]);
    });

    it('The example curl-loop.sh repeats a record under its id, obeys Retry-After, backs off, and reports refused records', async () => {
      const bin = join(folder, 'bin');
      const naps = join(folder, 'naps');
      await mkdir(bin);
      await writeFile(join(bin, 'sleep'), `#!/bin/sh\necho "$1" >>"${naps}"\n`);
      await chmod(join(bin, 'sleep'), 0o755);
      gateway.script.push(
        (response) => response.writeHead(503, { 'retry-after': '7' }).end(),
        (response) => response.destroy(),
        (response, records) => gateway.accept(response, records),
        (response) => response.writeHead(422).end(),
      );
      const env = {
        SLUICE_URL: gateway.origin,
        DEVICE_ID: 'sh-1',
        READINGS: '3',
        INTERVAL: '1',
        SLUICE_TOKEN: 'secret',
      };
      const child = start('sh', join(installed, 'examples', 'curl-loop.sh'), {
        ...env,
        PATH: `${bin}${delimiter}${process.env['PATH']}`,
      });
      let errors = '';
      child.stderr!.on('data', (chunk: Buffer) => (errors += chunk.toString()));
      expect((await once(child, 'close'))[0]).toBe(0);

      const ids = gateway.requests.map(({ records }) => records[0]!.record_id);
      expect(ids).toEqual([ids[0], ids[0], ids[0], ids[3], ids[4]]);
      expect(new Set(ids).size).toBe(3);
      expect([...gateway.stored.keys()]).toEqual([ids[0], ids[4]]);
      expect(errors).toContain(`refused with 422: ${ids[3]}`);
      const [afterRetryAfter, afterNoAnswer] = (await readFile(naps, 'utf8')).split('\n').map(Number);
      expect([7, 8]).toContain(afterRetryAfter);
      expect([0, 1, 2]).toContain(afterNoAnswer);
      expect(gateway.requests[0]!.headers.authorization).toBe('Bearer secret');
    });
  });
});
