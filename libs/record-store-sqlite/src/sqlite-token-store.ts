import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  type TokenStoreOptions,
  RecordStoreError,
  type StoreLogger,
  TokenStore,
  type StoredToken,
  type TokenUse,
} from '@sluice/record-store';
import { directoryOf, preparePrivateFile, requireReadableFile } from '@sluice/sqlite';
import { fileError, FILE_MOVED, unavailable } from './sqlite-trouble.js';
import { inTransaction } from './writing-calls.js';

/** `PRAGMA user_version` of the file; 0 is a new file. */
const FILE_VERSION = 1;
const NEXT_REVISION = 'UPDATE revision SET number = number + 1; UPDATE changes SET id = hex(randomblob(16))';
/** How long a process waits for another one that is writing. */
const BUSY_MS = 2_000;

const FILE_NAME = 'tokens.db';

const SCHEMA = `
  CREATE TABLE tokens (id TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL, content TEXT NOT NULL) STRICT;
  CREATE TABLE revision (number INTEGER NOT NULL) STRICT;
  INSERT INTO revision VALUES (0);
  PRAGMA user_version = ${FILE_VERSION};
`;

/**
 * The number alone would be the same again after a restored copy was changed as often as the file before it. Beside the table of
 * the number, so that earlier releases can still use the file.
 */
const CHANGES = `
  CREATE TABLE changes (id TEXT NOT NULL) STRICT;
  INSERT INTO changes VALUES (hex(randomblob(16)));
`;

/** Like {@link CHANGES}. */
const USES = 'CREATE TABLE IF NOT EXISTS uses (id TEXT NOT NULL PRIMARY KEY, at_ms INTEGER NOT NULL) STRICT';

/**
 * Tokens in a separate file, `tokens.db` in the directory of the URL. Unlike the records it is not locked for one process: the
 * command line changes it while the service runs. Each call opens the file by its path, which takes about 3 ms: so a restored
 * file is read as soon as it replaces the old one.
 */
export class SqliteTokenStore extends TokenStore {
  private readonly directory: string;
  private readonly logger: StoreLogger | undefined;
  private wasOpened = false;
  private isClosed = false;

  constructor({ url, logger }: TokenStoreOptions) {
    super();
    this.directory = directoryOf(url);
    this.logger = logger;
  }

  revision(): Promise<string> {
    const select = "SELECT number || '-' || id AS revision FROM revision, changes";
    return this.run((database) => String(database.prepare(select).get()!['revision']));
  }

  list(): Promise<StoredToken[]> {
    return this.run((database) => {
      const rows = database.prepare('SELECT id, version, content FROM tokens ORDER BY id').all();
      return rows.map(({ id, version, content }) => ({
        id: String(id),
        version: Number(version),
        content: JSON.parse(String(content)),
      }));
    });
  }

  put({ id, version, content }: StoredToken): Promise<boolean> {
    const row = [id, version, JSON.stringify(content)] as const;
    return this.run((database) =>
      inTransaction(database, () => {
        const { changes } = database
          .prepare(
            version === 1
              ? 'INSERT INTO tokens VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING'
              : 'UPDATE tokens SET version = ?2, content = ?3 WHERE id = ?1 AND version = ?2 - 1',
          )
          .run(...row);
        if (changes === 1) database.exec(NEXT_REVISION);
        return changes === 1;
      }),
    );
  }

  noteUses(uses: readonly TokenUse[]): Promise<void> {
    return this.run((database) =>
      inTransaction(database, () => {
        const note = database.prepare(`
          INSERT INTO uses VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET at_ms = excluded.at_ms WHERE at_ms < excluded.at_ms`);
        for (const { id, atMs } of uses) note.run(id, atMs);
      }),
    );
  }

  lastUses(): Promise<Map<string, number>> {
    return this.run((database) => {
      const rows = database.prepare('SELECT id, at_ms FROM uses').all();
      return new Map(rows.map(({ id, at_ms }) => [String(id), Number(at_ms)]));
    });
  }

  /** It is small: one statement copies it. */
  override async backup(path: string): Promise<void> {
    if (!existsSync(join(this.directory, FILE_NAME))) return;
    await this.run((database) => database.prepare('VACUUM INTO ?').run(path));
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }

  private async run<T>(work: (database: DatabaseSync) => T): Promise<T> {
    if (this.isClosed) throw new RecordStoreError('closed', 'The token store is closed.');
    const file = join(this.directory, FILE_NAME);
    if (this.wasOpened && !existsSync(file)) throw missing(file);
    try {
      preparePrivateFile(this.directory, FILE_NAME, this.logger);
      const database = openFile(file);
      this.wasOpened = true;
      try {
        return work(database);
      } finally {
        database.close();
      }
    } catch (error) {
      throw fileError(file, error);
    }
  }
}

/** An existing file is never created again: an empty one would let no client in and hide that the tokens are gone. */
function missing(file: string): RecordStoreError {
  const sentence = 'it was moved or deleted: put it back, or restart the process to begin without tokens';
  return unavailable(`${file}: ${sentence}`, undefined, { ...FILE_MOVED, sentence });
}

function openFile(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: BUSY_MS });
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    if (!hasTables(database)) inTransaction(database, () => makeTables(database));
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function hasTables(database: DatabaseSync): boolean {
  return database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'uses'").get() !== undefined && isCurrent(database);
}

function hasChanges(database: DatabaseSync): boolean {
  return database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'changes'").get() !== undefined;
}

/** Another process may have created them since. */
function makeTables(database: DatabaseSync): void {
  if (hasTables(database)) return;
  if (!isCurrent(database)) database.exec(SCHEMA);
  if (!hasChanges(database)) database.exec(CHANGES);
  database.exec(USES);
}

/** @returns false for a new file */
function isCurrent(database: DatabaseSync): boolean {
  const version = database.prepare('PRAGMA user_version').get()?.['user_version'];
  if (version === 0 || version === FILE_VERSION) return version === FILE_VERSION;
  requireReadableFile(database, FILE_VERSION);
  return true;
}
