import { expect, it } from '@jest/globals';
import { FakeRecordStore } from '@sluice/record-store/testing';
import { WatchedStore } from './watched-store.js';

const LIMITS = { suspectAfterMs: 1, pingMs: 1 };

/** A store that does not answer until it comes back. */
class SilentStore extends FakeRecordStore {
  readonly back = Promise.withResolvers<void>();
  isSilent = true;
  reads = 0;
  pings = 0;

  override async find(): Promise<undefined> {
    this.reads++;
    if (this.isSilent) await new Promise(() => undefined);
    return undefined;
  }

  override async ping(): Promise<void> {
    this.pings++;
    if (this.isSilent) await this.back.promise;
  }

  comeBack(): void {
    this.isSilent = false;
    this.back.resolve();
  }
}

it('Reads fail at once while the store is known to be unreachable, and run again when it answers', async () => {
  const store = new SilentStore();
  const watched = new WatchedStore(store, LIMITS);
  await expect(watched.find('dev-2', 'r-1')).rejects.toMatchObject({ code: 'unavailable' });
  await expect(watched.find('dev-2', 'r-1')).rejects.toMatchObject({ code: 'unavailable' });
  // The second read has not asked the store, and one ping at a time is enough.
  expect([store.reads, store.pings]).toEqual([1, 1]);
  store.comeBack();
  await store.back.promise;
  await new Promise((resolve) => setImmediate(resolve));
  expect(await watched.find('dev-2', 'r-1')).toBeUndefined();
});

it('A slow read is awaited while the store answers a ping', async () => {
  const store = new FakeRecordStore();
  const slow = Promise.withResolvers<void>();
  let pings = 0;
  store.find = () => slow.promise.then(() => undefined);
  store.ping = async () => void (++pings > 0 && slow.resolve());
  expect(await new WatchedStore(store, { suspectAfterMs: 1, pingMs: 60_000 }).find('dev-2', 'r-1')).toBeUndefined();
  expect(pings).toBe(1);
});

it('An error that comes in time counts as an answer: the next read asks the store again', async () => {
  const store = new FakeRecordStore();
  const watched = new WatchedStore(store, LIMITS);
  store.isAvailable = false;
  await expect(watched.find('dev-2', 'r-1')).rejects.toMatchObject({ code: 'unavailable' });
  store.isAvailable = true;
  expect(await watched.find('dev-2', 'r-1')).toBeUndefined();
});
