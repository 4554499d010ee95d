import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import type { TokenStoreOptions } from '../open-token-store.js';
import { RecordStoreError } from '../record-store.js';
import { TokenStore, type StoredToken } from '../token-store.js';
import { fileTrouble } from './sqlite-trouble.js';

/** `PRAGMA user_version` of the file; 0 is a new file. */
const FILE_VERSION = 1;
/** How long one process waits for another that is writing. */
const BUSY_MS = 2_000;

const SCHEMA = `
  CREATE TABLE tokens (id TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL, content TEXT NOT NULL) STRICT;
  CREATE TABLE revision (number INTEGER NOT NULL) STRICT;
  INSERT INTO revision VALUES (0);
  PRAGMA user_version = ${FILE_VERSION};
`;

/**
 * Tokens in a file of their own, `tokens.db` in the directory of the URL. Unlike the records it is not locked for one process: the
 * command line changes it while the service runs. Each call is a look at a few rows and takes microseconds.
 */
export class SqliteTokenStore extends TokenStore {
  private readonly file: string;
  private database: DatabaseSync | undefined;
  private isClosed = false;

  constructor({ url }: TokenStoreOptions) {
    super();
    const directory = url.startsWith('file://') ? fileURLToPath(url) : resolve(url.slice('file:'.length));
    mkdirSync(directory, { recursive: true });
    this.file = join(directory, 'tokens.db');
  }

  revision(): Promise<number> {
    return this.run((database) => Number(database.prepare('SELECT number FROM revision').get()!['number']));
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
        if (changes === 1) database.exec('UPDATE revision SET number = number + 1');
        return changes === 1;
      }),
    );
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.database?.close();
    this.database = undefined;
  }

  /** A file that could not be opened is tried again with the next call. */
  private async run<T>(work: (database: DatabaseSync) => T): Promise<T> {
    if (this.isClosed) throw new RecordStoreError('closed', 'The token store is closed.');
    try {
      this.database ??= openFile(this.file);
      return work(this.database);
    } catch (error) {
      const { message, errcode } = error as Error & { errcode?: number };
      throw fileTrouble(this.file, { message, errcode });
    }
  }
}

function openFile(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: BUSY_MS });
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    inTransaction(database, () => {
      const version = database.prepare('PRAGMA user_version').get()?.['user_version'];
      if (version === 0) database.exec(SCHEMA);
      else if (version !== FILE_VERSION) throw new Error(`made by another version of Sluice (${String(version)})`);
    });
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
