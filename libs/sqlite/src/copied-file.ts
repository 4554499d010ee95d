import { createHash } from 'node:crypto';
import { chmodSync, createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { DatabaseSync } from 'node:sqlite';

/** The content of a database file. */
export interface FileContents {
  /** `PRAGMA user_version`. */
  version: number;
  /** Rows of each table. */
  rows: Record<string, number>;
}

/**
 * Makes a copy usable by itself: without a write-ahead log, for its owner only, and proven to be whole.
 *
 * @throws an error of SQLite; Error if the copy is damaged
 */
export function finishCopy(path: string): FileContents {
  chmodSync(path, 0o600);
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA journal_mode = DELETE');
  } finally {
    database.close();
  }
  return checkFile(path);
}

/** Reads the whole file, and changes nothing. @throws an error of SQLite; Error if the file is damaged */
export function checkFile(path: string): FileContents {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const verdict = Object.values(database.prepare('PRAGMA integrity_check(1)').get() ?? {})[0];
    if (verdict !== 'ok') throw new Error(`it is damaged (${String(verdict).split('\n').at(-1)})`);
    const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
    const tables = database
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
      .all();
    const rows = tables.map(({ name }) => [String(name), countOf(database, String(name))] as const);
    return { version, rows: Object.fromEntries(rows) };
  } finally {
    database.close();
  }
}

function countOf(database: DatabaseSync, table: string): number {
  return Number(database.prepare(`SELECT count(*) AS count FROM "${table.replaceAll('"', '""')}"`).get()?.['count']);
}

/** Whether a process has the file open exclusively, as the embedded engines do; `false` for a missing file. */
export function isInUse(path: string): boolean {
  const database = new DatabaseSync(path);
  try {
    database.exec('BEGIN IMMEDIATE; ROLLBACK');
    return false;
  } catch (error) {
    if (((error as { errcode?: number }).errcode ?? 0) % 256 === 5) return true;
    throw error;
  } finally {
    database.close();
  }
}

/** SHA-256 of a file in hexadecimal. */
export async function hashOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
