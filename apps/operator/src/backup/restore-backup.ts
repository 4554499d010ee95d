import {
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  closeSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { hashOfFile } from '@sluice/sqlite';
import type { BackupConfig } from './backup.settings.js';
import { type EmbeddedFile, embeddedFiles, FileError, requireStopped, wordsOf } from './embedded-files.js';
import { type Manifest, readManifest, verifyFiles } from './manifest.js';
import { RESTORE_MARK } from './restore-mark.js';

const SIDE_FILES = ['', '-wal', '-shm', '-journal'];

/**
 * Replaces the files of a stopped service with those of a backup. They are copied next to the old files and checked first; only then the
 * old ones are moved away, with all that SQLite keeps beside them, and the new ones get their names.
 *
 * @param replaces whether there may be data already; it is kept, with `.replaced-<time>` in its names
 * @param signal ends the restore before it changes anything; the swap itself is not interrupted
 * @returns the backup, and where the old files are now
 * @throws FileError in one sentence
 */
export async function restoreBackup(
  config: BackupConfig,
  from: string,
  replaces: boolean,
  signal: AbortSignal,
): Promise<{ manifest: Manifest; replaced: string[] }> {
  const source = resolve(from);
  const files = embeddedFiles(config);
  const manifest = readManifest(source);
  await verifyFiles(source, manifest);
  const wanted = files.filter(({ name }) => manifest.files.some((file) => file.name === name));
  if (wanted.length < manifest.files.length) {
    throw new FileError(
      'The backup has a file of an engine that is not embedded here; check EVENT_LOG_URL and RECORD_STORE_URL.',
    );
  }
  requireStopped(files);
  const isInterrupted = existsSync(join(config.dataDir, RESTORE_MARK));
  const present = files.filter(({ path }) => existsSync(path));
  if (present.length > 0 && !replaces && !isInterrupted) {
    throw new FileError(`${config.dataDir} has data; with --replace it is moved aside and replaced by the backup.`);
  }
  try {
    await stage(source, wanted, manifest, signal);
    return { manifest, replaced: swap(config, files, wanted) };
  } catch (error) {
    for (const { path } of wanted) rmSync(staged(path), { force: true });
    if (signal.aborted) throw new FileError('Stopped; nothing was changed. Run it again to restore.');
    if (error instanceof FileError) throw error;
    throw new FileError(`The restore failed: ${wordsOf(error, config.dataDir)}; run it again.`);
  }
}

function staged(path: string): string {
  return `${path}.restored`;
}

async function stage(
  source: string,
  files: readonly EmbeddedFile[],
  manifest: Manifest,
  signal: AbortSignal,
): Promise<void> {
  for (const { name, path } of files) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    copyFileSync(join(source, name), staged(path));
    sync(staged(path));
    const { sha256 } = manifest.files.find((file) => file.name === name)!;
    if ((await hashOfFile(staged(path))) !== sha256)
      throw new FileError(`${staged(path)} differs from the backup; run it again.`);
    // A signal that came during the copy is delivered now.
    await new Promise(setImmediate);
    signal.throwIfAborted();
  }
}

/** While the mark exists, no service starts with a mix of old and new files. */
function swap({ dataDir }: BackupConfig, all: readonly EmbeddedFile[], wanted: readonly EmbeddedFile[]): string[] {
  const mark = join(dataDir, RESTORE_MARK);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(mark, 'A restore was not completed: run sluice restore again.\n', { mode: 0o600, flush: true });
  const replaced: string[] = [];
  const suffix = `.replaced-${Date.now()}`;
  for (const { path } of all) {
    for (const side of SIDE_FILES) {
      if (!existsSync(path + side)) continue;
      renameSync(path + side, path + side + suffix);
      if (side === '') replaced.push(path + suffix);
    }
  }
  for (const { path } of wanted) renameSync(staged(path), path);
  for (const directory of new Set(wanted.map(({ path }) => dirname(path)))) sync(directory);
  rmSync(mark);
  return replaced;
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
