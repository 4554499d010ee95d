import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from '@jest/globals';
import { EmbeddedLogs } from './testing/embedded-logs.js';
import { reasonOf, troubleOf } from './sqlite-errors.js';

const logs = new EmbeddedLogs();
afterAll(() => logs.remove());

describe('What is wrong with a file', () => {
  it.each([
    ['no-space', (file: string) => insert(file, 'PRAGMA max_page_count = 1')],
    ['read-only', (file: string) => insert(file, 'PRAGMA query_only = ON')],
    ['in-use', (file: string) => openTwice(file)],
    ['cannot-open', (file: string) => new DatabaseSync(join(file, 'no', 'such', 'directory'))],
    ['damaged', (file: string) => openText(file)],
  ])('The failure is %s for the error that SQLite throws', (code, work) => {
    expect(troubleOf(errorOf(() => work(join(logs.newDirectory(), 'test.db'))))).toMatchObject({ code });
  });

  it.each([
    ['ENOSPC', 'no-space'],
    ['EDQUOT', 'no-space'],
    ['EROFS', 'read-only'],
    ['EACCES', 'read-only'],
    ['EIO', 'disk-error'],
    ['ENOTDIR', 'cannot-open'],
  ])('The failure for %s of the operating system is %s', (errno, code) => {
    expect(troubleOf(Object.assign(new Error('failed'), { code: errno }))).toMatchObject({ code });
  });

  it('The text has the code, the file, what to do and the message of the system', () => {
    const error = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    expect(reasonOf(error, '/data/event-log.db')).toBe(
      'no-space: /data/event-log.db: the disk is full: make room on it (no space left)',
    );
  });
});

function insert(file: string, limit: string): void {
  using database = new DatabaseSync(file);
  database.exec(`CREATE TABLE t (a); ${limit}`);
  database.exec('INSERT INTO t SELECT randomblob(100000)');
}

function openTwice(file: string): void {
  using first = new DatabaseSync(file);
  first.exec('PRAGMA locking_mode = EXCLUSIVE; CREATE TABLE t (a)');
  using second = new DatabaseSync(file);
  second.exec('CREATE TABLE u (a)');
}

function openText(file: string): void {
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(
    file,
    'this is a text and no database, and it is long enough to be read as a header of one: '.repeat(3),
  );
  using database = new DatabaseSync(file);
  database.exec('CREATE TABLE t (a)');
}

function errorOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}
