import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { recordsToStore, STORED_AT_MS } from '@sluice/record-store/testing';
import { callsOn } from './record-thread.js';
import { SqliteRecordStore } from './sqlite-record-store.js';
import { embeddedOptions, RecordDirectories } from './testing/record-directories.js';

const directories = new RecordDirectories();
afterAll(() => directories.remove());

describe('Every statement on the records', () => {
  let database: DatabaseSync;
  const statements: string[] = [];

  beforeAll(async () => {
    const directory = directories.create();
    const store = new SqliteRecordStore(embeddedOptions(directory));
    await store.writer.write(recordsToStore(1_000), STORED_AT_MS);
    await store.close();
    database = new DatabaseSync(join(directory, 'records.db'));
    const prepare = database.prepare.bind(database);
    database.prepare = (sql) => {
      statements.push(sql);
      return prepare(sql);
    };
    callsOn(database);
    database.prepare = prepare;
  });
  afterAll(() => database.close());

  it('Every statement reads by an index, and sorts no more than the rows of one instant', () => {
    const ofRecords = statements.filter((sql) => /FROM records/.test(sql));
    expect(ofRecords.length).toBeGreaterThan(10);
    for (const sql of ofRecords) {
      const steps = database
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .map(({ detail }) => String(detail));
      // The sorted page of keys is scanned, and the first of all records by the index of its order.
      const scans = steps.filter((step) => step.startsWith('SCAN') && !/USING (COVERING )?INDEX|subquery/i.test(step));
      expect({ sql, steps, scans }).toEqual({ sql, steps, scans: [] });
      expect({
        sql,
        steps,
        isSorted: steps.some((step) => /TEMP B-TREE FOR ORDER BY/.test(step)) && !/LIMIT 1000/.test(sql),
      }).toEqual({ sql, steps, isSorted: false });
    }
  });
});

describe('A file of an older release', () => {
  it('A file of an older release gets its indexes when it is opened', async () => {
    const directory = directories.create();
    const first = new SqliteRecordStore(embeddedOptions(directory));
    await first.writer.write(recordsToStore(10), STORED_AT_MS);
    await first.close();
    const file = new DatabaseSync(join(directory, 'records.db'));
    file.exec('DROP INDEX records_by_receipt; DROP INDEX records_by_device_receipt');
    file.close();
    const again = new SqliteRecordStore(embeddedOptions(directory));
    await again.prepare();
    expect((await again.reader.pageByReceipt({ deviceId: 'dev-2' }, 100)).records).toHaveLength(10);
    await again.close();
    const opened = new DatabaseSync(join(directory, 'records.db'));
    const names = opened.prepare("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL").all();
    expect(names.map(({ name }) => name).sort()).toEqual([
      'records_by_device',
      'records_by_device_receipt',
      'records_by_receipt',
      'records_by_timestamp',
    ]);
    opened.close();
  });
});
