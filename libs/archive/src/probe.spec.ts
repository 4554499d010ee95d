import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ArchiveError } from './archive-error.js';
import { FileObjectStore } from './file-object-store.js';
import { newestObject, probeObjectStore } from './probe.js';
import { allOf, MemoryObjectStore, putContent } from './testing/index.js';

let directory: string;
beforeEach(async () => void (directory = await mkdtemp(join(tmpdir(), 'probe-'))));
afterEach(() => rm(directory, { recursive: true }));

const spool = () => join(directory, 'spool');

describe('The probe of an object store', () => {
  it('The probe of an object store is written and removed', async () => {
    const store = new FileObjectStore(`file:${directory}/archive`);
    expect(await probeObjectStore(store, spool())).toEqual({ ignoresConditions: false });
    expect(await allOf(store.list(''))).toEqual([]);
  });

  it('The probe of an object store replaces the one that an earlier probe has left', async () => {
    const store = new MemoryObjectStore();
    await putContent(store, '_sluice-doctor', 'left');
    expect(await probeObjectStore(store, spool())).toEqual({ ignoresConditions: false });
    expect(await store.tagOf('_sluice-doctor')).toBeUndefined();
  });

  it('The probe of an object store finds a store that ignores conditions', async () => {
    class Careless extends MemoryObjectStore {
      override async put(...[key, file, , signal]: Parameters<MemoryObjectStore['put']>): Promise<void> {
        await super.put(key, file, await this.tagOf(key), signal);
      }
    }
    expect(await probeObjectStore(new Careless(), spool())).toEqual({ ignoresConditions: true });
  });

  it('The probe of an object store works without the right to remove, and reports that the probe remains', async () => {
    const denied = new ArchiveError('denied', 'no');
    class AppendOnly extends MemoryObjectStore {
      override async remove(): Promise<void> {
        throw denied;
      }
    }
    expect(await probeObjectStore(new AppendOnly(), spool())).toEqual({ ignoresConditions: false, remains: denied });
  });
});

describe('The newest object', () => {
  const nowMs = Date.UTC(2026, 0, 31, 12);
  const keyOf = (date: string, offset: number) =>
    `date=${date}/hour=07/partition=00/${String(offset).padStart(20, '0')}.parquet`;

  it('The newest object is one of the newest day, and never a file that is not an object of the archive', async () => {
    const store = new MemoryObjectStore();
    for (const key of [keyOf('2026-01-29', 0), keyOf('2026-01-30', 7), 'date=2026-01-31/note.txt'])
      await putContent(store, key, key);
    expect(await newestObject(store, nowMs)).toMatchObject({ key: keyOf('2026-01-30', 7) });
  });

  it('The newest object is not searched for beyond 14 days', async () => {
    const store = new MemoryObjectStore();
    await putContent(store, keyOf('2025-12-31', 0), 'old');
    expect(await newestObject(store, nowMs)).toBeUndefined();
  });
});
