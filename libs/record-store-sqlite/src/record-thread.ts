/**
 * The thread that owns `records.db`: inserts by key cost tens of milliseconds for a thousand records on a large file, and a
 * gateway in the same process must not wait for that. Imports only types, Node's modules and the calls beside it, so that Node
 * also runs it uncompiled.
 */
import { backup, DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { RecordAnswer, RecordCalls, RecordRequest, RecordRow, RecordThreadData } from './record-row.js';
// By the name of the source, so that Node also finds it uncompiled.
import { readingCallsOn, toPage } from './reading-calls.ts';
import { writingCallsOn } from './writing-calls.ts';

/** `PRAGMA user_version` of the file; 0 is a new file. */
const FILE_VERSION = 2;
const REMOVED_AT_ONCE = 1_000;
/**
 * 64 MB: keys are spread over the file, and a page that many writes have changed is written to the database once. Under full load one
 * write changes more than half of it.
 */
const CHECKPOINT_PAGES = 16_000;

/** Pages of one step of a backup: other calls get their turn between two steps. */
const BACKUP_PAGES = 200;

const SCHEMA = `
  CREATE TABLE records (
    key TEXT NOT NULL PRIMARY KEY,
    device_id TEXT NOT NULL,
    minus_timestamp_ms INTEGER NOT NULL,
    timestamp_text TEXT NOT NULL,
    received_at_ms INTEGER NOT NULL,
    stored_at_ms INTEGER NOT NULL,
    payload TEXT NOT NULL,
    source_partition INTEGER NOT NULL,
    source_offset INTEGER NOT NULL,
    timestamp_sent TEXT,
    timestamp_source TEXT
  ) STRICT;
  CREATE INDEX records_by_device ON records (device_id, minus_timestamp_ms, key);
  CREATE INDEX records_by_timestamp ON records (minus_timestamp_ms, key);
  PRAGMA user_version = ${FILE_VERSION};
`;

/** From version 1: rows stay in place, so it takes no time. */
const MIGRATION = `
  ALTER TABLE records ADD COLUMN timestamp_sent TEXT;
  ALTER TABLE records ADD COLUMN timestamp_source TEXT;
  PRAGMA user_version = ${FILE_VERSION};
`;

/** A separate table, which releases without it ignore. */
const DOCUMENTS = `
  CREATE TABLE IF NOT EXISTS documents (
    collection TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (collection, id)
  ) STRICT, WITHOUT ROWID;
`;

/**
 * A file of an older release lacks these indexes; an older release that opens it again uses them or ignores them. Without the
 * key, which would make writes four times as expensive: rows of one instant are sorted when they are read.
 */
const INDEXES = `
  CREATE INDEX IF NOT EXISTS records_by_receipt ON records (received_at_ms);
  CREATE INDEX IF NOT EXISTS records_by_device_receipt ON records (device_id, received_at_ms);
`;

/** The lock belongs to the file system: it is released when the process ends, however it ends. */
function openFile({ file }: RecordThreadData): DatabaseSync {
  const database = new DatabaseSync(file);
  try {
    // Before any change to a file of another application.
    if (!isNew(database)) requireReadable(database);
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    database.exec(`PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}; BEGIN IMMEDIATE;`);
    if (isNew(database)) database.exec(SCHEMA);
    else if (versionOf(database) === 1) database.exec(MIGRATION);
    else requireReadable(database);
    database.exec(DOCUMENTS);
    database.exec(INDEXES);
    database.exec('COMMIT');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** @throws Error for a database of another application, before anything is written to it */
function isNew(database: DatabaseSync): boolean {
  const { tables } = database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() as { tables: number };
  if (tables === 0 && versionOf(database) === 0) return true;
  if (tables === 0) return false;
  if (database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'records'").get() !== undefined) return false;
  throw new Error('it is a database of another application: move it away, or give another directory');
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
}

/**
 * A file has two numbers: its version, and the oldest version whose programs can read it (the table `file_format`, missing where the
 * two are the same). A newer file that this program can read stays as it is.
 *
 * @throws Error in one sentence
 */
function requireReadable(database: DatabaseSync): void {
  const version = versionOf(database);
  // Version 1 is migrated: see MIGRATION.
  if (version === FILE_VERSION || version === 1) return;
  const hasFormat = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'file_format'").get() !== undefined;
  const oldest = hasFormat
    ? Number(database.prepare('SELECT oldest_reader FROM file_format').get()?.['oldest_reader'])
    : version;
  if (version > FILE_VERSION && oldest <= FILE_VERSION) return;
  const whose =
    version > FILE_VERSION ? 'a newer release of Sluice; start that release' : 'an older, unknown release of Sluice';
  throw new Error(
    `it has format ${version} and this release reads format ${FILE_VERSION}: it was made by ${whose}, or restore a backup`,
  );
}

/** The calls on an open file. Exported for the suite that checks the plans of its statements. */
export function callsOn(database: DatabaseSync): RecordCalls {
  const findRow = database.prepare('SELECT * FROM records WHERE key = ?');
  const pageOf = (whose: string) =>
    database.prepare(`
      SELECT * FROM records WHERE ${whose} (minus_timestamp_ms, key) > (:minusTimestampMs, :key)
        AND minus_timestamp_ms <= :lastMinusTimestampMs ORDER BY minus_timestamp_ms, key LIMIT :limit`);
  const pageOfAll = pageOf('');
  const pageOfDevice = pageOf('device_id = :deviceId AND');
  const removeSome = database.prepare(`
    DELETE FROM records WHERE rowid IN (SELECT rowid FROM records WHERE received_at_ms < ? LIMIT ${REMOVED_AT_ONCE})`);

  return {
    prepare: () => undefined,
    ping: () => void findRow.get(''),
    ...writingCallsOn(database),
    find: (key) => findRow.get(key) as unknown as RecordRow | undefined,
    page: (range) => {
      const { deviceId, behind, lastMinusTimestampMs, limit } = range;
      const place = { ...behind, lastMinusTimestampMs, limit: limit + 1 };
      const rows = deviceId === null ? pageOfAll.iterate(place) : pageOfDevice.iterate({ ...place, deviceId });
      return toPage(rows as unknown as Iterable<RecordRow>, range);
    },
    ...readingCallsOn(database),
    removeExpired: (receivedBeforeMs) => Number(removeSome.run(receivedBeforeMs).changes),
    backup: async (path) => void (await backup(database, path, { rate: BACKUP_PAGES })),
    remakeWal: () => {
      database.exec('PRAGMA journal_mode = DELETE; PRAGMA journal_mode = WAL');
      findRow.get('');
    },
    emptyWal: () => database.exec('PRAGMA wal_checkpoint(TRUNCATE)'),
    close: () => database.close(),
  };
}

let calls: RecordCalls | undefined;

/** If a file could not be opened, the next call tries again. */
function perform({ call, argument }: RecordRequest): unknown {
  if (call === 'close') return end();
  calls ??= callsOn(openFile(workerData as RecordThreadData));
  return (calls[call] as (argument: unknown) => unknown)(argument);
}

function end(): void {
  calls?.close();
  parentPort?.close();
}

async function answer(request: RecordRequest): Promise<RecordAnswer> {
  try {
    const value = perform(request);
    return { id: request.id, value: value instanceof Promise ? await value : value };
  } catch (error) {
    const { message, errcode } = error as Error & { errcode?: number };
    return { id: request.id, failure: { message, errcode } };
  }
}

parentPort?.on('message', (request: RecordRequest) => {
  void answer(request).then((answered) => parentPort?.postMessage(answered));
});
