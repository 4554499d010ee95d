import { afterAll } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteEventLog } from '@sluice/event-log-sqlite';
import { SqliteRecordStore } from '@sluice/record-store-sqlite';
import { describeRedrive } from './testing/index.js';

const directories: string[] = [];
afterAll(() => directories.forEach((directory) => rmSync(directory, { recursive: true })));

describeRedrive('SQLite files', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-redrive-'));
  directories.push(directory);
  const options = { url: `file:${directory}`, clientId: 'suite' };
  return {
    log: new SqliteEventLog({ ...options, publishTimeoutMs: 10_000, commitTimeoutMs: 10_000 }),
    store: new SqliteRecordStore({ ...options, timeoutMs: 10_000 }),
  };
});
