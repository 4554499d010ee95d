import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { directoryOf, isInUse } from '@sluice/sqlite';
import { CommandError } from '../command.js';
import type { BackupConfig } from './backup.settings.js';

/** The socket of a running service, in DATA_DIR. */
export const BACKUP_SOCKET = 'operator.sock';

export const FILE_NAMES = ['event-log.db', 'records.db', 'tokens.db'] as const;
export type FileName = (typeof FILE_NAMES)[number];

/** One of the embedded files of a service, whether it is there or not. */
export interface EmbeddedFile {
  name: FileName;
  path: string;
}

/** An error with the files, in one sentence for the person at the terminal. */
export class FileError extends Error {
  override readonly name = 'FileError';
}

/**
 * The files of the engines that are files.
 *
 * @throws CommandError if no engine is one
 */
export function embeddedFiles({ eventLogUrl, recordStoreUrl }: BackupConfig): EmbeddedFile[] {
  const urls = { 'event-log.db': eventLogUrl, 'records.db': recordStoreUrl, 'tokens.db': recordStoreUrl };
  const files = FILE_NAMES.filter((name) => urls[name].startsWith('file:')).map((name) => ({
    name,
    path: join(directoryOf(urls[name]), name),
  }));
  if (files.length > 0) return files;
  throw new CommandError(
    'EVENT_LOG_URL and RECORD_STORE_URL do not name files; back up Kafka and MongoDB with their own tools.',
  );
}

/** @throws FileError if none of the files is there */
export function requireData(files: readonly EmbeddedFile[], dataDir: string): EmbeddedFile[] {
  const found = files.filter(({ path }) => existsSync(path));
  if (found.some(({ name }) => name !== 'tokens.db')) return found;
  throw new FileError(`There is no data in ${dataDir}; set DATA_DIR to the directory of the service.`);
}

/** @throws FileError if a process uses one of the files */
export function requireStopped(files: readonly EmbeddedFile[]): void {
  for (const { name, path } of files) {
    if (name === 'tokens.db' || !existsSync(path)) continue;
    if (inUse(path)) throw new FileError(`${path} is in use; stop the service first.`);
  }
}

function inUse(path: string): boolean {
  try {
    return isInUse(path);
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    if (code === 'ERR_SQLITE_ERROR' && /not a database|malformed/.test(message)) return false;
    throw new FileError(`${path} cannot be opened: ${message}.`);
  }
}

/** The words for an error of the file system or of SQLite. */
export function wordsOf(error: unknown, place: string): string {
  const { code = '', errcode = 0, message } = error as Error & { code?: string; errcode?: number };
  if (code === 'ENOSPC' || errcode % 256 === 13) return `the disk of ${place} is full`;
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return `${place} cannot be written (${code})`;
  return message.replace(/\.$/, '');
}
