import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { EventLogError, type LineLogger } from '@sluice/event-log';
import { preparePrivateFile, requireReadableFile } from '@sluice/sqlite';
import { damaged, isDamage, isLocked, troubleOf } from './sqlite-errors.js';
import { framesLeftOut } from './write-ahead-log.js';

export const FILE_NAME = 'event-log.db';
/** Marks the file as an event log in its header, so that a database of another application is not mistaken for one. */
const APPLICATION_ID = 0x736c7569;
const SCHEMA_VERSION = 1;
/** After a burst the write-ahead log shrinks back to this size. */
const WAL_LIMIT_BYTES = 16 * 1024 * 1024;
/**
 * As many as fit into that: the pages at the ends of the partitions are written to the database once for many appends. SQLite's 1000
 * cost a tenth of the throughput.
 */
const CHECKPOINT_PAGES = 4_000;

/**
 * A separate table for each partition (see `partition.ts`): every append goes to the right edge of its tree, which measured 1.4
 * to 3 times faster than one table for all, and leaves the pages full.
 */
const SCHEMA = `
  CREATE TABLE partitions (
    id INTEGER PRIMARY KEY,
    topic TEXT NOT NULL,
    number INTEGER NOT NULL,
    low INTEGER NOT NULL DEFAULT 0,
    UNIQUE (topic, number)
  );
  CREATE TABLE positions (
    consumer_group TEXT NOT NULL,
    partition_id INTEGER NOT NULL REFERENCES partitions,
    next_offset INTEGER NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (consumer_group, partition_id)
  ) WITHOUT ROWID;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/**
 * How many bytes a partition holds between two offsets, so that a start need not add them up. A separate table, which releases
 * without it ignore: where its offsets differ from those of the partition, the bytes are added up again.
 */
const SIZES = `
  CREATE TABLE IF NOT EXISTS partition_sizes (
    partition_id INTEGER PRIMARY KEY REFERENCES partitions,
    low INTEGER NOT NULL,
    high INTEGER NOT NULL,
    bytes INTEGER NOT NULL
  );
`;

/**
 * Opens the event log's file in the directory for this process alone, and creates both if they are missing, readable for this
 * user only. The operating system releases the lock when the process ends, however it ends.
 *
 * @param logger receives a line if the end of the write-ahead log is torn, and if other users could read the file
 * @throws EventLogError `unavailable` if another process has the file or the directory cannot be used; `fatal` if it is damaged
 */
export function openLogDatabase(directory: string, logger?: LineLogger): DatabaseSync {
  const file = join(directory, FILE_NAME);
  let database: DatabaseSync | undefined;
  try {
    preparePrivateFile(directory, FILE_NAME, logger);
    const torn = framesLeftOut(file);
    database = new DatabaseSync(file);
    lockAndTune(database);
    prepareSchema(database, file);
    if (torn > 0) logger?.('warn', tornWarning(file, torn));
    return database;
  } catch (error) {
    database?.close();
    throw error instanceof EventLogError ? error : openingError(error as Error, file);
  }
}

/** Exclusive before WAL: then the lock is taken here, and the index of the WAL stays in memory instead of a shared file. */
function lockAndTune(database: DatabaseSync): void {
  database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL');
  database.exec(`PRAGMA journal_size_limit = ${WAL_LIMIT_BYTES}; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
}

function prepareSchema(database: DatabaseSync, file: string): void {
  const { tables } = database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() as { tables: number };
  if (tables === 0) database.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT`);
  if (headerValue(database, 'application_id') !== APPLICATION_ID) {
    throw new EventLogError(
      'fatal',
      `${file} is a database of another application. Move it away, or name another directory.`,
    );
  }
  try {
    requireReadableFile(database, SCHEMA_VERSION);
  } catch (error) {
    throw new EventLogError('fatal', `${file} cannot be used: ${(error as Error).message}.`, { cause: error });
  }
  database.exec(SIZES);
}

function tornWarning(file: string, frames: number): string {
  return (
    `${file}-wal is torn: ${frames} pages at its end do not match their checksums and are ignored. After a crash or a power failure ` +
    'that is a write that was never acknowledged, and no action is needed. If the disk has damaged them since, acknowledged entries are ' +
    'missing: stop the process and restore the directory from a backup, or let the devices send again.'
  );
}

function headerValue(database: DatabaseSync, name: 'application_id' | 'user_version'): number {
  return Object.values(database.prepare(`PRAGMA ${name}`).get()!)[0] as number;
}

function openingError(error: Error, file: string): EventLogError {
  if (isDamage(error)) return damaged(file, error);
  if (isLocked(error)) {
    const detail = `${file} is in use by another process. Stop that process, or give this one another directory.`;
    return new EventLogError('unavailable', detail, { cause: error });
  }
  const detail = `${file} cannot be opened: ${error.message}. Name a directory that this process may write, with room on its disk.`;
  return new EventLogError('unavailable', `${detail} (${troubleOf(error).code})`, { cause: error });
}
