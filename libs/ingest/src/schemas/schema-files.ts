import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Wrong files in SCHEMAS_DIR. The message names the file, the place and the fix. */
export class SchemasError extends Error {
  override readonly name = 'SchemasError';
  readonly code = 'invalid-schemas';
}

/** One file `<type>/<version>.json`, as it is. */
export interface SchemaFile {
  /** `thermometer/2` */
  name: string;
  path: string;
}

export interface SchemaFiles {
  schemas: readonly SchemaFile[];
  /** `devices.txt`; `undefined` if there is none. */
  devices: string | undefined;
  /** Changes when a file does. */
  fingerprint: string;
}

export const MAX_SCHEMA_BYTES = 64 * 1024;
const MAX_SCHEMAS = 500;
const PART = /^[A-Za-z0-9._-]{1,64}$/;
const DEVICES = 'devices.txt';

/** @throws SchemasError if the directory cannot be read or holds too much */
export function findSchemaFiles(directory: string): SchemaFiles {
  try {
    const schemas = typesIn(directory).flatMap((type) => versionsOf(directory, type));
    if (schemas.length > MAX_SCHEMAS) throw new SchemasError(`SCHEMAS_DIR has more than ${MAX_SCHEMAS} schemas.`);
    const devices = join(directory, DEVICES);
    const marks = [...schemas.map(({ path }) => path), devices].map(markOf);
    return { schemas, devices: marks.at(-1) === '' ? undefined : devices, fingerprint: marks.join('\n') };
  } catch (error) {
    if (error instanceof SchemasError) throw error;
    const { code, path = directory } = error as NodeJS.ErrnoException;
    throw new SchemasError(`SCHEMAS_DIR: ${path} cannot be read (${code}); name a readable directory.`);
  }
}

/** @throws SchemasError */
export function readFileOf(path: string, maxBytes: number): string {
  if (statSync(path).size > maxBytes) throw new SchemasError(`${path} has more than ${maxBytes} bytes.`);
  return readFileSync(path, 'utf8');
}

/** Names that begin with a point are the file system's and those of mounts. */
function typesIn(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => PART.test(name) && !name.startsWith('.') && statSync(join(directory, name)).isDirectory())
    .toSorted();
}

function versionsOf(directory: string, type: string): SchemaFile[] {
  const files = readdirSync(join(directory, type)).filter((name) => name.endsWith('.json'));
  return files.toSorted().map((file) => {
    const version = file.slice(0, -'.json'.length);
    const path = join(directory, type, file);
    if (!PART.test(version)) throw new SchemasError(`${path}: a version is letters, digits and . _ -`);
    return { name: `${type}/${version}`, path };
  });
}

function markOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? '' : `${path} ${found.ino} ${found.size} ${found.mtimeMs}`;
}
