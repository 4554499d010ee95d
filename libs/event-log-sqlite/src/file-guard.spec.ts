import { cpSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { EmbeddedLogs, embeddedOptions } from './testing/embedded-logs.js';
import { SqliteEventLog } from './sqlite-event-log.js';

const TOPIC = 'events';
const logs = new EmbeddedLogs();
afterAll(() => logs.remove());

describe('An embedded event log whose files are touched while it is open', () => {
  let directory: string;
  let file: string;
  let log: SqliteEventLog;
  let lines: string[];

  beforeEach(async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'performance', 'queueMicrotask', 'Date'] });
    directory = join(logs.newDirectory(), 'data');
    file = join(directory, 'event-log.db');
    lines = [];
    log = open(directory);
    await log.createTopics([{ name: TOPIC, partitions: 1 }]);
    expect(await publish('first')).toEqual({ written: true, partition: 0, offset: 0 });
  });
  afterEach(async () => {
    await log.close();
    jest.useRealTimers();
  });

  it.each([
    ['the directory is moved', () => renameSync(directory, `${directory}-elsewhere`)],
    ['all files are deleted', () => deleteAll()],
    ['only the database is deleted', () => rmSync(file)],
  ])('The log acknowledges nothing and is not healthy once %s', async (_, harm) => {
    harm();
    expect(await publish('lost')).toEqual({
      written: false,
      reason: expect.stringMatching(/^file-moved: .*Put the same/),
      cause: 'file-moved',
    });
    await expect(log.ping()).rejects.toMatchObject({ code: 'unavailable', message: expect.stringMatching(/moved/) });
    await publish('lost too');
    expect(lines).toEqual([expect.stringMatching(/^warn Records are refused with 503.*restart the process/)]);
  });

  it('The log acknowledges nothing once a symbolic link on its path leads elsewhere', async () => {
    const link = `${directory}-link`;
    symlinkSync(directory, link);
    await log.close();
    log = open(link);
    expect(await publish('second')).toMatchObject({ written: true });
    rmSync(link);
    symlinkSync(logs.newDirectory(), link);
    expect(await publish('lost')).toMatchObject({ written: false, reason: expect.stringMatching(/^file-moved/) });
  });

  it('The log continues, with all acknowledged entries, when the directory is put back', async () => {
    renameSync(directory, `${directory}-elsewhere`);
    await publish('refused');
    renameSync(`${directory}-elsewhere`, directory);
    expect(await publish('second')).toEqual({ written: true, partition: 0, offset: 1 });
    expect(lines).toEqual([expect.stringContaining('refused'), expect.stringContaining('appends again')]);
    expect(await valuesAfterCrash()).toEqual(['first', 'second']);
  });

  it('A moved file is detected within a second although nothing is appended, and reported once', () => {
    deleteAll();
    jest.advanceTimersByTime(1000);
    expect(lines).toEqual([expect.stringMatching(/^warn Records are refused with 503/)]);
    jest.advanceTimersByTime(5000);
    expect(lines).toHaveLength(1);
  });

  it('A restored file at the same path is left alone, and a restart is requested', async () => {
    const restored = `${file}.restored`;
    await makeBackup(restored);
    await publish('after the backup');
    renameSync(restored, file);
    expect(await publish('lost')).toEqual({
      written: false,
      reason: expect.stringMatching(/^file-replaced: .*Restart/),
      cause: 'file-replaced',
    });
    expect(statSync(`${file}-wal`).size).toBe(0);
    await log.close();
    log = open(directory);
    expect(await values(log)).toEqual(['first']);
  });

  it('A deleted write-ahead log is created again, without the loss of an acknowledged entry', async () => {
    rmSync(`${file}-wal`);
    expect(await publish('second')).toEqual({ written: true, partition: 0, offset: 1 });
    expect(lines).toEqual([expect.stringMatching(/-wal was deleted.*no entry is lost/)]);
    expect(await valuesAfterCrash()).toEqual(['first', 'second']);
  });

  it('A deleted write-ahead log is created again within a second although nothing is appended', async () => {
    rmSync(`${file}-wal`);
    jest.advanceTimersByTime(1000);
    expect(await valuesAfterCrash()).toEqual(['first']);
  });

  it('A foreign write-ahead log is kept beside the one in use', async () => {
    writeFileSync(`${file}-other`, 'not ours');
    renameSync(`${file}-other`, `${file}-wal`);
    expect(await publish('second')).toMatchObject({ written: true });
    const found = readdirSync(directory).find((name) => name.includes('.found-'));
    expect(readFileSync(join(directory, found!), 'utf8')).toBe('not ours');
    expect(await valuesAfterCrash()).toEqual(['first', 'second']);
  });

  it('Groups can finish what was acknowledged before', async () => {
    const subscription = log.subscribe({ group: 'reader', topics: [TOPIC] });
    deleteAll();
    const [record] = await subscription.pull({ maxRecords: 10, maxWaitMs: 0 });
    expect(String(record?.value)).toBe('first');
    await subscription.commit([{ topic: TOPIC, partition: 0, offset: 1 }]);
    expect(subscription.assignment()).toEqual([{ topic: TOPIC, partition: 0, offset: 1 }]);
  });

  function open(where: string): SqliteEventLog {
    const say = (level: string, line: string): void => void lines.push(`${level} ${line}`);
    return new SqliteEventLog({ ...embeddedOptions(where), logger: say });
  }

  async function publish(value: string) {
    const entry = { key: null, value: Buffer.from(value), headers: {}, timestampMs: 0 };
    return (await log.publisher.publish(TOPIC, [entry]))[0];
  }

  function deleteAll(): void {
    for (const name of readdirSync(directory)) rmSync(join(directory, name));
  }

  /** A copy of the files in their present state; the log is closed before and opened again after it. */
  async function makeBackup(target: string): Promise<void> {
    await log.close();
    cpSync(file, target);
    log = open(directory);
  }

  /** The files that a process finds when it starts after this one was killed. */
  async function valuesAfterCrash(): Promise<string[]> {
    const copy = join(logs.newDirectory(), 'copy');
    cpSync(directory, copy, { recursive: true });
    const restarted = new SqliteEventLog(embeddedOptions(copy));
    try {
      return await values(restarted);
    } finally {
      await restarted.close();
    }
  }

  async function values(of: SqliteEventLog): Promise<string[]> {
    const inspector = of.inspect({ group: 'reader', topic: TOPIC });
    const records = await inspector.peek({ partition: 0, fromOffset: 0, toOffset: 100, maxRecords: 100 });
    return records.map(({ value }) => String(value));
  }
});
