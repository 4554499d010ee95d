import { EventLogError, type EventSubscription } from '@sluice/event-log';
import { ArchiveError } from './archive-error.js';
import type { ArchiveObserver } from './archive-state.js';
import type { ObjectStore } from './object-store.js';
import type { OpenObject, Segment } from './segment.js';

export interface UploadOptions {
  store: ObjectStore;
  subscription: Pick<EventSubscription, 'commitIfOwned'>;
  topic: string;
  /** Longest time for one object, in milliseconds. */
  uploadTimeoutMs: number;
  observer: ArchiveObserver;
}

/**
 * Stores the objects of a segment, then commits the offset after it. To be called again after an error: what is stored is left out.
 *
 * Each object is replaced by compare-and-swap, in three steps:
 *
 *     1. read the tag of what is under the key
 *     2. commit the position again at which the segment begins: the log confirms that this member still owns the partition
 *     3. put the object, on the condition that the tag is still the same
 *
 * A member that has lost the partition without knowing (frozen, cut off) fails in 2; or its tag is older than everything that the next
 * owner writes, and it fails in 3, however late its request arrives. No two uploads have the same content, so no two have the same tag.
 *
 * @returns `false` if the partition is no longer this member's
 * @throws ArchiveError, EventLogError `unavailable`: try again
 */
export async function uploadSegment(segment: Segment, options: UploadOptions): Promise<boolean> {
  for (const object of segment.objects.values())
    if (!object.isStored && !(await uploadObject(object, segment, options))) return false;
  return commit(segment, segment.next, options);
}

async function uploadObject(object: OpenObject, segment: Segment, options: UploadOptions): Promise<boolean> {
  const { store, observer, uploadTimeoutMs } = options;
  const { key, file, rows } = object;
  const startMs = performance.now();
  const timeout = AbortSignal.timeout(uploadTimeoutMs);
  const signal = AbortSignal.any([timeout, segment.dropping.signal]);
  const tag = await store.tagOf(key);
  if (!(await commit(segment, segment.first, options))) return false;
  try {
    await store.put(key, file, tag, signal);
  } catch (error) {
    if (timeout.aborted) throw lateError(store, uploadTimeoutMs, error);
    throw error;
  }
  object.isStored = true;
  observer.objectStored?.({ key, rows, bytes: file.bytes, seconds: (performance.now() - startMs) / 1000 });
  return true;
}

async function commit(segment: Segment, offset: number, { subscription, topic }: UploadOptions): Promise<boolean> {
  if (segment.isDropped) return false;
  const isOwned = await subscription.commitIfOwned({ topic, partition: segment.partition, offset });
  return isOwned && !segment.isDropped;
}

function lateError({ location }: ObjectStore, timeoutMs: number, cause: unknown): ArchiveError {
  const advice = 'see whether the network is slow, or raise ARCHIVE_UPLOAD_TIMEOUT_MS';
  return new ArchiveError('timeout', `An object was not stored in ${location} within ${timeoutMs} ms: ${advice}.`, {
    cause,
  });
}

export function isLogAway(error: unknown): boolean {
  return error instanceof EventLogError && error.code === 'unavailable';
}
