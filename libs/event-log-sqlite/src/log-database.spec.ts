import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  cpSync,
  existsSync,
  openSync,
  closeSync,
  readdirSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { EventLogError } from '@sluice/event-log';
import { EmbeddedLogs, embeddedOptions } from './testing/embedded-logs.js';
import { SqliteEventLog } from './sqlite-event-log.js';

const TOPIC = 'events';
const COUNT = 3000;
const logs = new EmbeddedLogs();
afterAll(() => logs.remove());

let directory: string;
let file: string;
beforeEach(() => {
  directory = logs.newDirectory();
  file = join(directory, 'event-log.db');
});

describe('The file of the embedded log', () => {
  it('The file is created together with its directory', async () => {
    const log = new SqliteEventLog(embeddedOptions(join(directory, 'a', 'b')));
    await log.close();
    expect(existsSync(join(directory, 'a', 'b', 'event-log.db'))).toBe(true);
  });

  it('Entries, offsets and notes stay from one process to the next', async () => {
    await writeLog();
    const log = open();
    const [position] = await log.inspect({ group: 'reader', topic: TOPIC }).positions();
    expect(position).toEqual({ partition: 0, low: 0, committed: 1200, high: COUNT, note: 'halfway' });
    const [record] = await log.subscribe({ group: 'reader', topics: [TOPIC] }).pull({ maxRecords: 1, maxWaitMs: 0 });
    expect(record).toMatchObject({ offset: 1200, value: Buffer.from('1200'.padEnd(100, '.')) });
    await log.close();
  });

  it('Only the database file is left after closing', async () => {
    await writeLog();
    expect(readdirSync(directory)).toEqual(['event-log.db']);
  });

  it('A directory that is a file is refused', () => {
    writeFileSync(join(directory, 'taken'), '');
    expect(openingErrorOf(join(directory, 'taken'))).toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/cannot be opened.*Name a directory that this process may write/),
    });
  });
});

describe('A damaged file of the embedded log', () => {
  it('A file that is not a database is refused', () => {
    writeFileSync(file, 'this is not a database '.repeat(1000));
    expect(openingErrorOf(directory)).toMatchObject(saysHowToRepair());
  });

  it('A file without its end is refused', async () => {
    await writeLog();
    truncateSync(file, Math.floor(statSync(file).size / 2 / 4096) * 4096);
    expect(openingErrorOf(directory)).toMatchObject(saysHowToRepair());
  });

  it('A file whose end was overwritten is refused', async () => {
    await writeLog();
    overwrite(statSync(file).size - 20 * 4096, 20 * 4096);
    expect(openingErrorOf(directory)).toMatchObject(saysHowToRepair());
  });

  it('Reading ends where the middle of the file was overwritten', async () => {
    await writeLog();
    overwrite(Math.floor(statSync(file).size / 2 / 4096) * 4096, 4096);
    const { values, error } = await readUntilError();
    expect(error).toMatchObject(saysHowToRepair());
    expect(values).toBeLessThan(COUNT);
  });

  it('Reading ends at a gap with the missing offsets, and continues after the repair that the error describes', async () => {
    await writeLog();
    changeFile('DELETE FROM entries_1 WHERE "offset" BETWEEN 1500 AND 1509');
    const { values, error } = await readUntilError();
    expect(values).toBe(1500 - 1200);
    expect(error).toMatchObject({
      code: 'fatal',
      message: expect.stringContaining('lost the entries 1500 to 1509 of events'),
    });

    changeFile('UPDATE positions SET next_offset = 1500');
    changeFile(/run: sqlite3 \S+ "(.*)"$/.exec(error!.message)![1]!);
    expect(await readUntilError()).toEqual({ values: COUNT - 1510, error: undefined });
  });

  it('Reading ends where headers cannot be read', async () => {
    await writeLog();
    changeFile(`UPDATE entries_1 SET headers = '{"a' WHERE "offset" = 1300`);
    expect((await readUntilError()).error).toMatchObject(saysHowToRepair());
  });

  it('A file whose write-ahead log is torn at the end is used, with a warning', async () => {
    const running = open();
    await running.createTopics([{ name: TOPIC, partitions: 1 }]);
    const crashed = logs.newDirectory();
    cpSync(directory, crashed, { recursive: true });
    await running.close();
    const wal = join(crashed, 'event-log.db-wal');
    truncateSync(wal, statSync(wal).size - 100);
    const said: string[] = [];
    const log = new SqliteEventLog({ ...embeddedOptions(crashed), logger: (_level, message) => said.push(message) });
    await log.close();
    expect(said).toEqual([expect.stringMatching(/is torn: 1 pages.*restore the directory from a backup/)]);
  });

  it('A file of another application is refused', () => {
    changeFile('CREATE TABLE something_else (id INTEGER PRIMARY KEY)');
    expect(openingErrorOf(directory)).toMatchObject({
      code: 'fatal',
      message: expect.stringMatching(/another application/),
    });
  });

  it('A file of a later release is refused', async () => {
    await writeLog();
    changeFile('PRAGMA user_version = 99');
    expect(openingErrorOf(directory)).toMatchObject({ code: 'fatal', message: expect.stringMatching(/has format 99/) });
  });
});

function open(where = directory): SqliteEventLog {
  return new SqliteEventLog(embeddedOptions(where));
}

/** A log with {@link COUNT} entries, of which the group `reader` has finished 1,200. */
async function writeLog(): Promise<void> {
  const log = open();
  await log.createTopics([{ name: TOPIC, partitions: 1 }]);
  const entries = Array.from({ length: COUNT }, (_, index) => ({
    key: null,
    value: Buffer.from(String(index).padEnd(100, '.')),
    headers: {},
    timestampMs: Date.now(),
  }));
  await log.publisher.publish(TOPIC, entries);
  const subscription = log.subscribe({ group: 'reader', topics: [TOPIC] });
  await subscription.commit([{ topic: TOPIC, partition: 0, offset: 1200 }], 'halfway');
  await log.close();
}

function openingErrorOf(where: string): EventLogError | undefined {
  try {
    void open(where).close();
    return undefined;
  } catch (error) {
    return error as EventLogError;
  }
}

async function readUntilError(): Promise<{ values: number; error: EventLogError | undefined }> {
  const log = open();
  const subscription = log.subscribe({ group: 'reader', topics: [TOPIC] });
  let values = 0;
  try {
    for (let found = -1; found !== 0; values += found) {
      found = (await subscription.pull({ maxRecords: 500, maxWaitMs: 0 })).length;
    }
    return { values, error: undefined };
  } catch (error) {
    return { values, error: error as EventLogError };
  } finally {
    await log.close();
  }
}

function overwrite(position: number, length: number): void {
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.alloc(length, 0xa5), 0, length, position);
  closeSync(handle);
}

function changeFile(sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

function saysHowToRepair() {
  return { code: 'fatal', message: expect.stringMatching(/is damaged \(.+\).*copy the directory first.*\.recover/s) };
}
