import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { ObjectStore } from '../object-store.js';
import { SpoolFile } from '../spool-file.js';

const NEVER = new AbortController().signal;
/** More than one part of a multipart upload. */
const LARGE_BYTES = 9 * 1024 * 1024;

export async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** Puts an object with this content. */
export async function putContent(
  store: ObjectStore,
  key: string,
  content: string | Buffer,
  expected?: string,
  signal: AbortSignal = NEVER,
): Promise<void> {
  const file = await SpoolFile.open(join(tmpdir(), 'object-store-contract'));
  try {
    await file.append(Buffer.from(content));
    await store.put(key, file, expected, signal);
  } finally {
    await file.close();
  }
}

async function textOf(store: ObjectStore, key: string): Promise<string> {
  return Buffer.concat((await allOf(await store.read(key))) as Buffer[]).toString();
}

/**
 * What every adapter of the port has to do.
 *
 * @param open a store that is empty at the first call, and the same at each
 * @param comparesLargeObjects `false` for a stand-in that takes no condition for an object of several parts
 */
export function describeObjectStore(
  name: string,
  open: () => ObjectStore,
  { comparesLargeObjects = true }: { comparesLargeObjects?: boolean } = {},
): void {
  describe(`${name}, as every object store`, () => {
    it('The object store answers', async () => {
      await expect(open().check()).resolves.toBeUndefined();
    });

    it('The object store reads back what was put, and lists it with its size', async () => {
      const store = open();
      await putContent(store, 'list/b=1/x', 'one');
      await putContent(store, 'list/a=2/y', 'three');
      expect(await textOf(store, 'list/b=1/x')).toBe('one');
      const listed = [
        { key: 'list/a=2/y', bytes: 5, storedAtMs: expect.any(Number) },
        { key: 'list/b=1/x', bytes: 3, storedAtMs: expect.any(Number) },
      ];
      expect(await allOf(store.list('list/'))).toEqual(listed);
      expect(await allOf(store.list('list/b=1'))).toEqual(listed.slice(1));
    });

    it('The object store gives each content its own tag, and none to a missing object', async () => {
      const store = open();
      expect(await store.tagOf('tag')).toBeUndefined();
      await putContent(store, 'tag', 'first');
      const tag = await store.tagOf('tag');
      await putContent(store, 'tag', 'other', tag);
      expect(await store.tagOf('tag')).not.toBe(tag);
    });

    it.each([5, LARGE_BYTES])(
      'The object store replaces an object only if it has the expected tag (%i bytes)',
      async (bytes) => {
        const store = open();
        const key = `replace/${bytes}`;
        const put = (letter: string, expected: string | undefined) =>
          putContent(store, key, Buffer.alloc(bytes, letter), expected);
        await put('a', undefined);
        const tag = await store.tagOf(key);
        await expect(put('b', undefined)).rejects.toMatchObject({ code: 'conflict' });
        await put('c', tag);
        if (bytes < LARGE_BYTES || comparesLargeObjects)
          await expect(put('d', tag)).rejects.toMatchObject({ code: 'conflict' });
        expect((await textOf(store, key)).slice(-2)).toBe('cc');
      },
    );

    it('The object store reports when it got an object, in milliseconds', async () => {
      const store = open();
      await putContent(store, 'time/x', 'one');
      const [{ storedAtMs } = { storedAtMs: 0 }] = await allOf(store.list('time/'));
      expect(Math.abs(Date.now() - storedAtMs)).toBeLessThan(600_000);
    });

    it('The object store removes an object, and succeeds if there is none', async () => {
      const store = open();
      await putContent(store, 'remove/x', 'one');
      await store.remove('remove/x');
      await store.remove('remove/x');
      expect(await store.tagOf('remove/x')).toBeUndefined();
    });

    it('The object store puts nothing once its signal has aborted', async () => {
      const store = open();
      const put = putContent(store, 'aborted', 'late', undefined, AbortSignal.abort());
      await expect(put).rejects.toMatchObject({ name: 'ArchiveError' });
      expect(await store.tagOf('aborted')).toBeUndefined();
    });
  });
}
