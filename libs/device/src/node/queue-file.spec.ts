import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DeviceOptions } from '../options.js';
import type { Storage } from '../queue/storage.js';
import { FakeGateway, neverAnswer } from '../testing/fake-gateway.js';
import { TestDevice } from '../testing/test-device.js';
import { doneLine, HEADER, queuedLine } from './journal.js';
import { openQueueFile } from './queue-file.js';

describe('A queue file', () => {
  let directory: string;
  let path: string;
  let opened: Storage[];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'queue-file-'));
    path = join(directory, 'queue');
    opened = [];
  });

  afterEach(async () => {
    for (const storage of opened) await storage.close();
    await rm(directory, { recursive: true });
  });

  async function open(): Promise<Storage> {
    const storage = await openQueueFile(path);
    opened.push(storage);
    return storage;
  }

  /** As after kill -9: the file as it is now, opened by another process, simulated by another path. */
  async function openCopyAfterCrash(): Promise<Storage> {
    await writeFile(`${path}-after-crash`, await readFile(path));
    path = `${path}-after-crash`;
    return open();
  }

  const record = (key: number, n = key) => {
    const recordId = `r${key}`;
    return {
      key,
      recordId,
      text: JSON.stringify({ record_id: recordId, device_id: 'dev-1', timestamp: 't', data_payload: { n } }),
    };
  };

  async function write(...lines: string[]): Promise<void> {
    await writeFile(path, HEADER + lines.join(''));
  }

  it('A queue file can be read by its user only, also where an earlier release has left it open to others', async () => {
    const umask = process.umask(0);
    try {
      await write(HEADER, queuedLine(record(1)));
      expect((await stat(path)).mode & 0o777).toBe(0o666);
      await (await open()).append(record(2));
      expect((await stat(path)).mode & 0o777).toBe(0o600);
    } finally {
      process.umask(umask);
    }
  });

  it('A queue file is created if it does not exist, and is empty', async () => {
    expect(await open()).toMatchObject({ recovered: [], findings: [] });
    expect(await readFile(path, 'utf8')).toBe(HEADER);
  });

  it('A queue file has every record that was reported as kept, in order, after a crash at any moment', async () => {
    const storage = await open();
    for (let key = 1; key <= 5; key++) await storage.append(record(key));
    await storage.remove([2, 3]);
    expect((await openCopyAfterCrash()).recovered).toEqual([record(1), record(4), record(5)]);
  });

  it('A queue file writes the records of one turn together', async () => {
    const storage = await open();
    await Promise.all([1, 2, 3].map((key) => storage.append(record(key))));
    expect(await readFile(path, 'utf8')).toBe(HEADER + [1, 2, 3].map((key) => queuedLine(record(key))).join(''));
  });

  it('A queue file reports which records it keeps', async () => {
    const storage = await open();
    const appended = storage.append(record(1));
    expect(storage.keeps(1)).toBe(false);
    await appended;
    expect(storage.keeps(1)).toBe(true);
    await storage.remove([1]);
    expect(storage.keeps(1)).toBe(false);
  });

  it('A queue file leaves out a line that a crash cut short, and reports it', async () => {
    await write(queuedLine(record(1)), queuedLine(record(2)).slice(0, -5));
    const { recovered, findings } = await open();
    expect(recovered).toEqual([record(1)]);
    expect(findings).toEqual([expect.objectContaining({ level: 'warn', code: 'queue-file-torn' })]);
    expect(await readFile(path, 'utf8')).toBe(HEADER + queuedLine(record(1)));
  });

  it('A queue file can be cut off at any byte after the header, and has every line before it', async () => {
    const lines = [queuedLine(record(1)), queuedLine(record(2)), doneLine([1]), queuedLine(record(3))];
    const file = Buffer.from(HEADER + lines.join(''));
    for (let length = HEADER.length; length <= file.length; length += 7) {
      await writeFile(path, file.subarray(0, length));
      const storage = await openQueueFile(path);
      await storage.close();
      const whole = file.subarray(HEADER.length, length).toString().split('\n').length - 1;
      const expected = [[], [1], [1, 2], [2], [2, 3]][whole];
      expect(storage.recovered.map(({ key }) => key)).toEqual(expected);
    }
  });

  it('A queue file keeps every line that can be read when others are damaged, and a copy of the file', async () => {
    const flipped = queuedLine(record(2)).replace('data', 'dat\u00e4');
    await write(queuedLine(record(1)), flipped, 'no line of ours\n', '\n', queuedLine(record(4)));
    const before = await readFile(path);
    const { recovered, findings } = await open();
    expect(recovered).toEqual([record(1), record(4)]);
    expect(findings).toEqual([
      { level: 'error', code: 'queue-file-damaged', message: expect.stringContaining('3 lines are damaged') },
    ]);
    const [copy] = (await readdir(directory)).filter((name) => name.includes('.damaged-'));
    expect(await readFile(join(directory, copy!))).toEqual(before);
  });

  it('A queue file survives any bytes after its header', async () => {
    const noise = Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 7919) % 256));
    await writeFile(path, Buffer.concat([Buffer.from(HEADER), noise]));
    expect((await open()).recovered).toEqual([]);
  });

  it('A queue file refuses a file of another kind, and does not change it', async () => {
    await writeFile(path, 'dear diary');
    await expect(openQueueFile(path)).rejects.toMatchObject({ name: 'DeviceError', code: 'queue-file-foreign' });
    expect(await readFile(path, 'utf8')).toBe('dear diary');
  });

  it('A queue file refuses to be opened twice in a process, until it is closed', async () => {
    const storage = await open();
    await expect(openQueueFile(path)).rejects.toMatchObject({ code: 'queue-file-in-use' });
    await storage.close();
    await expect(open()).resolves.toBeDefined();
  });

  it('A queue file refuses a path that cannot be a file', async () => {
    await mkdir(path);
    await expect(openQueueFile(path)).rejects.toMatchObject({ code: 'queue-file-unreadable' });
    await expect(openQueueFile(join(path, 'no', 'such', 'place'))).rejects.toMatchObject({
      code: 'queue-file-unreadable',
    });
  });

  it('A queue file is rewritten when most of it is delivered', async () => {
    const storage = await open();
    const text = JSON.stringify({ record_id: 'r', device_id: 'dev-1', data_payload: { text: 'x'.repeat(10_000) } });
    for (let key = 1; key <= 100; key++) {
      await storage.append({ key, recordId: 'r', text });
      if (key > 5) await storage.remove([key - 5]);
    }
    expect((await stat(path)).size).toBeLessThan(300 * 1024);
    expect((await openCopyAfterCrash()).recovered.map(({ key }) => key)).toEqual([96, 97, 98, 99, 100]);
  });

  it('A queue file reports when it cannot be written, and catches up when it can', async () => {
    const storage = await open();
    await storage.append(record(1));
    await blockWriting();
    await expect(storage.append(record(2))).rejects.toMatchObject({
      name: 'DeviceError',
      code: 'queue-file-unwritable',
    });
    expect([storage.keeps(1), storage.keeps(2)]).toEqual([true, false]);
    await rm(`${path}.tmp`, { recursive: true });
    await storage.append(record(3));
    expect([storage.keeps(2), storage.keeps(3)]).toEqual([true, true]);
    expect((await openCopyAfterCrash()).recovered).toEqual([record(1), record(2), record(3)]);
  });

  it('A queue file catches up when it is closed', async () => {
    const storage = await open();
    await blockWriting();
    await storage.append(record(1)).catch(() => {});
    await rm(`${path}.tmp`, { recursive: true });
    await storage.close();
    expect(storage.keeps(1)).toBe(true);
    expect((await open()).recovered).toEqual([record(1)]);
  });

  /** Makes the next write fail, for every user: the handle is closed, and the path of the new file is taken. */
  async function blockWriting(): Promise<void> {
    const storage = opened.at(-1) as unknown as { file: { close(): Promise<void> } };
    await storage.file.close();
    await mkdir(`${path}.tmp`);
    await opened
      .at(-1)!
      .append(record(99))
      .catch(() => {});
    await opened
      .at(-1)!
      .remove([99])
      .catch(() => {});
  }

  describe('The queue file of a device', () => {
    let gateway: FakeGateway;

    beforeEach(() => {
      gateway = new FakeGateway();
    });

    const start = (storage: Storage, options: Partial<DeviceOptions> = {}) =>
      new TestDevice({ queue: { storage }, ...options }, gateway);

    it('The queue file of a device delivers the queued records after a restart, under the same ids, before new ones', async () => {
      gateway.reply = neverAnswer;
      const first = start(await open());
      first.reportNumbers(1, 3);
      await expect(first.device.report({ n: 4 }, { recordId: 'r4' }).kept).resolves.toBe('kept');
      await expect(first.device.close({ timeoutMs: 0 })).resolves.toEqual({ undelivered: 4 });
      expect(first.dropped).toEqual([]);

      gateway.reply = (request) => gateway.accept(request);
      const second = start(await open());
      second.reportNumbers(5, 5);
      await second.device.flush();
      await second.device.close();
      expect([...gateway.stored.keys()]).toEqual(['r1', 'r2', 'r3', 'r4', 'r5']);
      expect(second.logCodes).toEqual(['records-recovered']);
      expect((await open()).recovered).toEqual([]);
    });

    it('The queue file of a device reports a file that was torn', async () => {
      await write(queuedLine(record(1)), 'torn');
      const test = start(await open());
      await test.device.close();
      expect(test.logCodes).toEqual(['queue-file-torn', 'records-recovered']);
    });

    it('The queue file of a device is refused when its records are of another device', async () => {
      await write(queuedLine(record(1)));
      const storage = await open();
      expect(() => start(storage, { deviceId: 'dev-2' })).toThrow(
        expect.objectContaining({ code: 'queue-file-mismatch' }),
      );
    });

    it('The queue file of a device continues without the file when that cannot be written, and reports it for each report', async () => {
      const storage = await open();
      const test = start(storage);
      await blockWriting();
      await expect(test.device.report({ n: 1 }, { recordId: 'r1' }).kept).resolves.toBe('not-durable');
      await test.device.flush();
      expect(gateway.numbers).toEqual([1]);
      expect(test.device.state()).toMatchObject({ accepted: 1, notDurable: 1 });
      expect(test.logCodes).toContain('queue-file-unwritable');
      await test.device.close();
    });
  });
});
