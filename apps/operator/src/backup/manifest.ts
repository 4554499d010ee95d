import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkFile, type FileContents, hashOfFile } from '@sluice/sqlite';
import { FILE_NAMES, FileError, type FileName } from './embedded-files.js';

export const MANIFEST = 'manifest.json';
const FORMAT = 1;

export interface FileEntry extends FileContents {
  name: FileName;
  bytes: number;
  sha256: string;
}

/** The content of a backup, as in its `manifest.json`. */
export interface Manifest {
  /** Version of the manifest. */
  format: number;
  /** RFC 3339 in UTC. */
  made_at: string;
  files: FileEntry[];
}

/** Written last: a backup without a manifest is not complete. */
export function writeManifest(directory: string, files: FileEntry[]): Manifest {
  const manifest = { format: FORMAT, made_at: new Date().toISOString(), files };
  writeFileSync(join(directory, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flush: true });
  return manifest;
}

/** @throws FileError that says why this is no backup that this release can use */
export function readManifest(directory: string): Manifest {
  const path = join(directory, MANIFEST);
  if (!existsSync(path)) throw new FileError(`${directory} is not a backup: it has no ${MANIFEST}.`);
  const manifest = parse(readFileSync(path, 'utf8'));
  if (!Array.isArray(manifest?.files) || typeof manifest.format !== 'number') {
    throw new FileError(`${path} cannot be read: it is not the manifest of a backup.`);
  }
  if (manifest.format > FORMAT) {
    throw new FileError(
      `${path} has format ${manifest.format}: a newer release of Sluice made this backup; use that release.`,
    );
  }
  const foreign = manifest.files.find(({ name }) => !FILE_NAMES.includes(name));
  if (foreign !== undefined)
    throw new FileError(`${path} names ${JSON.stringify(foreign.name)}, which is not a file of Sluice.`);
  return manifest;
}

function parse(text: string): Manifest | undefined {
  try {
    return JSON.parse(text) as Manifest;
  } catch {
    return undefined;
  }
}

/**
 * Proves that each file of a backup is the one that was written, and whole.
 *
 * @throws FileError that names the file
 */
export async function verifyFiles(directory: string, { files }: Manifest): Promise<void> {
  for (const { name, bytes, sha256, rows } of files) {
    const path = join(directory, name);
    if (!existsSync(path)) throw new FileError(`${path} is missing: the backup is damaged.`);
    if (statSync(path).size !== bytes) {
      throw new FileError(`${path} has ${statSync(path).size} bytes instead of ${bytes}: the backup is damaged.`);
    }
    if ((await hashOfFile(path)) !== sha256) throw new FileError(`${path} was changed: the backup is damaged.`);
    const contents = contentsOf(path);
    if (JSON.stringify(contents.rows) !== JSON.stringify(rows)) {
      throw new FileError(`${path} does not match the manifest: the backup is damaged.`);
    }
  }
}

/** @throws FileError */
export function contentsOf(path: string): FileContents {
  try {
    return checkFile(path);
  } catch (error) {
    throw new FileError(`${path} cannot be used: ${(error as Error).message.replace(/\.$/, '')}.`);
  }
}
