import { randomUUID } from 'node:crypto';
import { ArchiveError } from './archive-error.js';
import { placeOf } from './object-key.js';
import type { ObjectStore, ObjectTag, StoredObject } from './object-store.js';
import { SpoolFile } from './spool-file.js';

/** The key of a probe: readers of the archive leave out what begins with `_`. */
const PROBE_KEY = '_sluice-doctor';
const PROBE_TIMEOUT_MS = 30_000;
const DAY_MS = 86_400_000;
/** Days that are looked through for the newest object: a list of each is one request, a list of all may be thousands. */
const DAYS = 14;

export interface ProbeResult {
  /** The store replaces an object although the condition forbids it: two archivers could undo each other's work. */
  ignoresConditions: boolean;
  /** Why the probe is still there under `_sluice-doctor`; left out if it was removed. */
  remains?: ArchiveError;
}

/**
 * Writes a small object as the archiver writes its own, through a file of the spool directory, and removes it.
 *
 * @throws ArchiveError with what would keep the archiver from writing
 */
export async function probeObjectStore(store: ObjectStore, spoolDirectory: string): Promise<ProbeResult> {
  await store.check();
  await putProbe(store, spoolDirectory, await store.tagOf(PROBE_KEY));
  const ignoresConditions = await replacesRegardless(store, spoolDirectory);
  const remains = await store.remove(PROBE_KEY).then(
    () => undefined,
    (error: unknown) => error as ArchiveError,
  );
  return { ignoresConditions, ...(remains !== undefined && { remains }) };
}

async function replacesRegardless(store: ObjectStore, spoolDirectory: string): Promise<boolean> {
  try {
    await putProbe(store, spoolDirectory, undefined);
    return true;
  } catch (error) {
    if (error instanceof ArchiveError && error.code === 'conflict') return false;
    throw error;
  }
}

async function putProbe(store: ObjectStore, spoolDirectory: string, expected: ObjectTag | undefined): Promise<void> {
  const file = await SpoolFile.open(spoolDirectory);
  try {
    await file.append(Buffer.from(randomUUID()));
    await store.put(PROBE_KEY, file, expected, AbortSignal.timeout(PROBE_TIMEOUT_MS));
  } finally {
    await file.close();
  }
}

/**
 * The object that the store got last, of the newest day that has one.
 *
 * @returns `undefined` if the last 14 days (UTC, of `received_at`) have none
 * @throws ArchiveError
 */
export async function newestObject(store: ObjectStore, nowMs: number): Promise<StoredObject | undefined> {
  for (let day = -1; day < DAYS; day++) {
    const date = new Date(nowMs - day * DAY_MS).toISOString().slice(0, 10);
    const newest = await newestOfDay(store, date);
    if (newest !== undefined) return newest;
  }
  return undefined;
}

async function newestOfDay(store: ObjectStore, date: string): Promise<StoredObject | undefined> {
  let newest: StoredObject | undefined;
  for await (const object of store.list(`date=${date}/`))
    if (placeOf(object.key) !== undefined && object.storedAtMs >= (newest?.storedAtMs ?? 0)) newest = object;
  return newest;
}
