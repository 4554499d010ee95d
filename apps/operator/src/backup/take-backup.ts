import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { eventLogOptions, openEventLog, openRecordStore, openTokenStore, recordStoreOptions } from '@sluice/engines';
import { uuidV7 } from '@sluice/contracts';
import { type FileContents, finishCopy, hashOfFile } from '@sluice/sqlite';
import type { BackupConfig } from './backup.settings.js';
import { askRunning } from './backup-socket-client.js';
import {
  BACKUP_SOCKET,
  embeddedFiles,
  FileError,
  FILE_NAMES,
  requireData,
  requireStopped,
  wordsOf,
} from './embedded-files.js';
import { type FileEntry, type Manifest, MANIFEST, writeManifest } from './manifest.js';

const APP = 'backup';

/**
 * Copies the embedded files to a new directory: the event log first, then the records, then the tokens. A service that runs does it
 * itself. The directory gets its final name only when it is complete and checked.
 *
 * @param to must not exist, or be empty
 * @throws FileError in one sentence; nothing is left of the copy then
 */
export async function takeBackup(config: BackupConfig, to: string, signal: AbortSignal): Promise<Manifest> {
  const target = resolve(to);
  requireData(embeddedFiles(config), config.dataDir);
  requireFree(target);
  const partial = `${target}.partial`;
  removePartial(partial);
  try {
    mkdirSync(dirname(target), { recursive: true });
    mkdirSync(partial, { mode: 0o700 });
    const isRunning = await askRunning(join(config.dataDir, BACKUP_SOCKET), '/copy', { directory: partial }, signal);
    if (!isRunning) await copyStopped(config, partial, signal);
    const files = await finish(partial, signal);
    signal.throwIfAborted();
    const manifest = writeManifest(partial, files);
    if (existsSync(target)) rmdirSync(target);
    renameSync(partial, target);
    await keep(config, target, manifest, isRunning);
    return manifest;
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (signal.aborted) throw new FileError('Stopped; no files are left.');
    if (error instanceof FileError) throw error;
    throw new FileError(`The backup failed: ${wordsOf(error, target)}; no files are left.`);
  }
}

function requireFree(target: string): void {
  if (!existsSync(target)) return;
  if (!statSync(target).isDirectory()) throw new FileError(`${target} is a file; name a new directory.`);
  if (readdirSync(target).length > 0) throw new FileError(`${target} is not empty; name a new directory.`);
}

/** Removes the files of a killed command; other files are kept. */
function removePartial(partial: string): void {
  if (!existsSync(partial)) return;
  const known = new Set<string>([
    ...FILE_NAMES.flatMap((name) => [name, `${name}-journal`, `${name}-wal`, `${name}-shm`]),
    MANIFEST,
  ]);
  if (!readdirSync(partial).every((name) => known.has(name))) {
    throw new FileError(`${partial} exists and has other files; move it away.`);
  }
  rmSync(partial, { recursive: true });
}

/** Opening the files takes their locks, so that no service starts meanwhile. */
async function copyStopped(config: BackupConfig, directory: string, signal: AbortSignal): Promise<void> {
  requireStopped(embeddedFiles(config));
  const paths = new Map(requireData(embeddedFiles(config), config.dataDir).map(({ name, path }) => [name, path]));
  const store = await openRecordStore(recordStoreOptions(config, APP));
  try {
    if (paths.has('event-log.db')) {
      const log = await openEventLog(eventLogOptions(config, APP));
      await log.backup(join(directory, 'event-log.db')).finally(() => log.close());
    }
    signal.throwIfAborted();
    if (paths.has('records.db')) {
      await store.prepare();
      await store.backup(join(directory, 'records.db'));
    }
    signal.throwIfAborted();
    if (paths.has('tokens.db')) {
      const tokens = await openTokenStore(recordStoreOptions(config, APP));
      await tokens.backup(join(directory, 'tokens.db')).finally(() => tokens.close());
    }
  } finally {
    await store.close();
  }
}

async function finish(directory: string, signal: AbortSignal): Promise<FileEntry[]> {
  const entries: FileEntry[] = [];
  for (const name of FILE_NAMES) {
    const path = join(directory, name);
    if (!existsSync(path)) continue;
    const contents = contentsOf(path, name);
    signal.throwIfAborted();
    entries.push({ name, ...contents, bytes: statSync(path).size, sha256: await hashOfFile(path) });
  }
  return entries;
}

function contentsOf(path: string, name: string): FileContents {
  try {
    return finishCopy(path);
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
  }
}

/** For the metric of the age of the last backup. The backup is complete whether this works or not. */
async function keep(config: BackupConfig, directory: string, { files }: Manifest, isRunning: boolean): Promise<void> {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  try {
    if (isRunning) return void (await askRunning(join(config.dataDir, BACKUP_SOCKET), '/keep', { directory, bytes }));
    if (!files.some(({ name }) => name === 'records.db')) return;
    const store = await openRecordStore(recordStoreOptions(config, APP));
    const content = { at: new Date().toISOString(), directory, bytes };
    await store.documents.add('backups', [{ id: uuidV7(Date.now()), content }]).finally(() => store.close());
  } catch {
    // Only the metric lacks it.
  }
}
