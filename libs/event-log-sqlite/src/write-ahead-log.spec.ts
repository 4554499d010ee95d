import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { EmbeddedLogs } from './testing/embedded-logs.js';
import { framesLeftOut } from './write-ahead-log.js';

const ROWS = 5;
const FRAME_BYTES = 24 + 4096;
const logs = new EmbeddedLogs();
afterAll(() => logs.remove());

/** The state after a process was killed: the database and its write-ahead log, with a row in each transaction. */
let crashed: string;

beforeEach(() => {
  const directory = logs.newDirectory();
  const [file, copy] = [join(directory, 'live.db'), join(directory, 'crashed.db')];
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE rows (text TEXT)');
  for (let row = 0; row < ROWS; row++) database.exec(`INSERT INTO rows VALUES ('${'x'.repeat(3000)}')`);
  copyFileSync(file, copy);
  copyFileSync(`${file}-wal`, `${copy}-wal`);
  database.close();
  crashed = copy;
});

function changeWal(change: (wal: Buffer) => Buffer): void {
  writeFileSync(`${crashed}-wal`, change(readFileSync(`${crashed}-wal`)));
}

function rowsThatSqliteFinds(): number {
  const database = new DatabaseSync(crashed);
  const { found } = database.prepare('SELECT count(*) AS found FROM rows').get() as { found: number };
  database.close();
  return found;
}

describe('The frames of a write-ahead log that SQLite leaves out', () => {
  it('No frame is left out of the log of a killed process', () => {
    expect(framesLeftOut(crashed)).toBe(0);
    expect(rowsThatSqliteFinds()).toBe(ROWS);
  });

  it('No frame is left out where there is no log', () => {
    expect(framesLeftOut(join(logs.newDirectory(), 'none.db'))).toBe(0);
  });

  it('The last frame is left out when its page is damaged', () => {
    changeWal((wal) => wal.fill(0xa5, wal.length - 100));
    expect(framesLeftOut(crashed)).toBe(1);
    expect(rowsThatSqliteFinds()).toBe(ROWS - 1);
  });

  it('The last frame is left out when half of it is missing', () => {
    changeWal((wal) => wal.subarray(0, wal.length - FRAME_BYTES / 2));
    expect(framesLeftOut(crashed)).toBe(1);
    expect(rowsThatSqliteFinds()).toBe(ROWS - 1);
  });

  it('All frames after a damaged one are left out', () => {
    changeWal((wal) => wal.fill(0xa5, wal.length - 3 * FRAME_BYTES + 1000, wal.length - 3 * FRAME_BYTES + 1010));
    expect(framesLeftOut(crashed)).toBe(3);
  });

  it('All frames are left out when the header is damaged', () => {
    const frames = (readFileSync(`${crashed}-wal`).length - 32) / FRAME_BYTES;
    changeWal((wal) => wal.fill(0xa5, 12, 14));
    expect(framesLeftOut(crashed)).toBe(frames);
  });

  it('Frames of an earlier round in the same file do not count', () => {
    changeWal((wal) => {
      const old = Buffer.from(wal.subarray(wal.length - FRAME_BYTES));
      old.fill(0x11, 8, 16);
      return Buffer.concat([wal, old]);
    });
    expect(framesLeftOut(crashed)).toBe(0);
  });
});
