import type { DatabaseSync } from 'node:sqlite';

/**
 * A file has two numbers: its version (`PRAGMA user_version`), and the oldest version whose programs can read it (the table
 * `file_format`, missing where the two are the same). So a release that only adds to a file does not stop the one before it from
 * reading it after a rollback. A newer file that this program can read stays as it is: its version is never lowered.
 *
 * @param ours the version that this program writes
 * @throws Error in one sentence, to go after the name of the file
 */
export function requireReadableFile(database: DatabaseSync, ours: number): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  if (version === ours || (version > ours && oldestReaderOf(database, version) <= ours)) return;
  const whose =
    version > ours ? 'a newer release of Sluice: start that release' : 'an unknown release of Sluice: start that one';
  throw new Error(
    `it has format ${version} and this release reads format ${ours}; it was made by ${whose}, or restore a backup`,
  );
}

function oldestReaderOf(database: DatabaseSync, version: number): number {
  const hasFormat = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'file_format'").get() !== undefined;
  return hasFormat
    ? Number(database.prepare('SELECT oldest_reader FROM file_format').get()?.['oldest_reader'])
    : version;
}
