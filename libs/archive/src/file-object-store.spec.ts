import { mkdtemp, readdir, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FileObjectStore } from './file-object-store.js';
import { allOf, describeObjectStore, putContent } from './testing/index.js';

let directory: string;
beforeAll(async () => void (directory = await mkdtemp(join(tmpdir(), 'objects-'))));
afterAll(() => rm(directory, { recursive: true }));

describeObjectStore('FileObjectStore', () => new FileObjectStore(`file:${directory}/archive`));

describe('FileObjectStore', () => {
  it('FileObjectStore shows nothing of an upload that a killed process left, and removes it with the next one', async () => {
    const store = new FileObjectStore(`file:${directory}/left`);
    await mkdir(join(directory, 'left/a'), { recursive: true });
    await writeFile(join(directory, 'left/a/.b.0a1b.tmp'), 'half');
    expect(await allOf(store.list(''))).toEqual([]);
    await putContent(store, 'a/b', 'whole');
    expect(await readdir(join(directory, 'left/a'))).toEqual(['b']);
  });

  it('FileObjectStore names the directory and the setting if it may not write', async () => {
    await writeFile(join(directory, 'in-the-way'), '');
    const store = new FileObjectStore(`file:${directory}/in-the-way/archive`);
    await expect(store.check()).rejects.toMatchObject({ name: 'ArchiveError' });
  });
});
