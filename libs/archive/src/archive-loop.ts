import { Backoff, pause, within, type BackoffLimits } from '@sluice/async';
import { type EventSubscription, type LogRecord, type TopicPartition } from '@sluice/event-log';
import { asArchiveError } from './archive-error.js';
import { ArchiveState, type ArchiveObserver } from './archive-state.js';
import type { ArchivedRow } from './archived-row.js';
import { readRow } from './read-row.js';
import type { ArchiveFormat } from './object-key.js';
import type { ObjectStore } from './object-store.js';
import { Segment, type SegmentLimits } from './segment.js';
import { isLogAway, uploadSegment } from './segment-upload.js';

export interface ArchiveLoopOptions {
  /** Joins the archive's own group, in which nothing else commits. Called at the start. */
  subscribe: () => EventSubscription;
  topic: string;
  store: ObjectStore;
  format: ArchiveFormat;
  limits: SegmentLimits;
  /** Where open objects are written. */
  spoolDirectory: string;
  /** Longest time for one object, in milliseconds. */
  uploadTimeoutMs: number;
  /** Delays between attempts. */
  backoff: BackoffLimits;
  /** A stop that takes longer leaves the rest uncommitted: it is read again. */
  drainTimeoutMs: number;
  /** Called once if the subscription has ended for good. */
  onFatal: (error: Error) => void;
  observer?: ArchiveObserver;
  now?: () => number;
}

const PULL_RECORDS = 2_000;
/** A pull without records ends after this time, so that the loop shows that it is alive. */
const IDLE_PULL_MS = 1_000;
/** Of rows of all open objects that are not in their files yet. */
const MAX_BUFFERED_BYTES = 12 * 1024 * 1024;
const CONCURRENT_UPLOADS = 4;

/**
 * Fills objects from the log and stores them:
 *
 *     pull -> add to the open segment of the partition -> when it is full or old: store its objects -> commit
 *
 * Why every record that is committed is in exactly one object (`docs/internals/decisions/0014-archive-by-first-offset.md` has the whole argument):
 * the key of an object is its hour, which is a function of the record alone, and the offset of the first record of that hour at or after
 * the committed offset. Whatever an attempt that failed has left under keys of that kind, the next attempt puts objects under the same
 * keys before the committed offset passes them, wherever it cuts. So nothing is stored of a segment before the one before is committed.
 *
 * Nothing is pulled while objects are stored or the store is away: that is the back-pressure. Memory is bounded by the rows that wait
 * for their files, whatever the size of the objects.
 */
export class ArchiveLoop {
  readonly state: ArchiveState;
  readonly #segments = new Map<number, Segment>();
  /** How often each partition was taken from this member. */
  readonly #revocations = new Map<number, number>();
  readonly #failing = new Set<Segment>();
  readonly #observer: ArchiveObserver;
  readonly #now: () => number;
  readonly #stopping = new AbortController();
  readonly #giveUp = new AbortController();
  #running: Promise<void> | undefined;
  #subscription: EventSubscription | undefined;

  constructor(private readonly options: ArchiveLoopOptions) {
    this.#now = options.now ?? Date.now;
    this.#observer = { ...options.observer, objectStored: (object) => this.objectStored(object) };
    this.state = new ArchiveState(this.#now, this.#observer);
  }

  /** When the oldest open object got its first record, in milliseconds since 1970; `undefined` if none is open. */
  get oldestOpenMs(): number | undefined {
    const times = [...this.#segments.values()].map(({ openedAtMs }) => openedAtMs);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  get openObjects(): number {
    return [...this.#segments.values()].reduce((count, { objects }) => count + objects.size, 0);
  }

  /** Idempotent. */
  start(): void {
    this.#running ??= this.run(this.join());
  }

  /** Reads no more, stores and commits what is open, leaves the group. Idempotent; settles within the drain time out. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await within(this.options.drainTimeoutMs, Promise.resolve(this.#running));
    this.giveUp();
    for (const segment of this.#segments.values()) await segment.drop();
    await this.#subscription?.close();
  }

  private objectStored(object: Parameters<NonNullable<ArchiveObserver['objectStored']>>[0]): void {
    this.state.turning();
    this.options.observer?.objectStored?.(object);
  }

  private giveUp(): void {
    this.#giveUp.abort();
    for (const segment of this.#segments.values()) segment.dropping.abort();
  }

  private revoked(partitions: readonly TopicPartition[]): void {
    for (const { partition } of partitions) {
      this.#revocations.set(partition, this.revocationsOf(partition) + 1);
      const segment = this.#segments.get(partition);
      if (segment !== undefined) void this.drop(segment);
    }
    if (this.#failing.size === 0) this.state.working();
  }

  private revocationsOf(partition: number): number {
    return this.#revocations.get(partition) ?? 0;
  }

  private join(): EventSubscription {
    const subscription = this.options.subscribe();
    this.#subscription = subscription;
    subscription.onRevoked((partitions) => this.revoked(partitions));
    return subscription;
  }

  private async run(subscription: EventSubscription): Promise<void> {
    try {
      // The embedded log keeps what a group has to read only for groups that have committed.
      await subscription.commit(subscription.assignment()).catch(() => undefined);
      while (!this.#stopping.signal.aborted) await this.turn(subscription);
      await this.complete([...this.#segments.values()]);
    } catch (error) {
      this.state.stopped();
      if (!this.#stopping.signal.aborted) this.options.onFatal(error as Error);
    }
    this.state.stopped();
  }

  private async turn(subscription: EventSubscription): Promise<void> {
    const revocations = new Map(this.#revocations);
    const records = await subscription.pull({
      maxRecords: PULL_RECORDS,
      maxWaitMs: Math.max(1, Math.min(IDLE_PULL_MS, ...this.dueTimes())),
      signal: this.#stopping.signal,
    });
    this.state.turning();
    for (const [partition, ofPartition] of Map.groupBy(records, (record) => record.partition))
      await this.addAll(partition, ofPartition, revocations.get(partition) ?? 0);
    await this.relieveMemory();
    await this.complete([...this.#segments.values()].filter((segment) => this.isDue(segment)));
  }

  private dueTimes(): number[] {
    return [...this.#segments.values()].map((segment) => segment.dueInMs(this.#now()));
  }

  private isDue(segment: Segment): boolean {
    return segment.isFull || segment.dueInMs(this.#now()) <= 0;
  }

  /** @param revocations of the partition when these records were asked for: after another one, they may not follow what is committed */
  private async addAll(partition: number, records: readonly LogRecord[], revocations: number): Promise<void> {
    for (const record of records) {
      const isInOrder = record.offset >= (this.#segments.get(partition)?.next ?? 0);
      if (this.revocationsOf(partition) !== revocations || !isInOrder) return this.rewind(partition);
      const adding = this.add(record);
      if (adding !== undefined && !(await adding)) return;
    }
  }

  /** @returns `undefined` if the record is added; else what adds it, with `false` if the partition was sent back to what is committed */
  private add(record: LogRecord): Promise<boolean> | undefined {
    const read = readRow(record);
    if (!read.ok) return this.skip(record, `${read.reason}: ${read.detail}`);
    const segment = this.segmentOf(record);
    if (segment.isFull || !segment.takes(read.hour)) return this.addToNext(segment, record, read);
    const adding = segment.add(read.row, read.hour);
    return adding && this.orRewind(segment, () => adding);
  }

  private async addToNext(
    full: Segment,
    record: LogRecord,
    { row, hour }: { row: ArchivedRow; hour: string },
  ): Promise<boolean> {
    if (!(await this.completeOne(full))) return false;
    const segment = this.segmentOf(record);
    return this.orRewind(segment, async () => segment.add(row, hour));
  }

  private skip(record: LogRecord, detail: string): undefined {
    const { partition, offset } = record;
    this.#observer.unreadable?.({ partition, offset }, detail);
    this.segmentOf(record).skip(offset);
  }

  private segmentOf({ partition, offset }: LogRecord): Segment {
    const open = this.#segments.get(partition);
    if (open !== undefined) return open;
    const segment = new Segment(partition, offset, this.#now(), this.options);
    this.#segments.set(partition, segment);
    return segment;
  }

  /** Writes the rows of the largest segments into their files, until the others fit into the memory. */
  private async relieveMemory(): Promise<void> {
    const segments = [...this.#segments.values()].sort((a, b) => a.bufferedBytes - b.bufferedBytes);
    let buffered = segments.reduce((sum, { bufferedBytes }) => sum + bufferedBytes, 0);
    while (buffered > MAX_BUFFERED_BYTES && segments.length > 0) {
      const largest = segments.pop()!;
      buffered -= largest.bufferedBytes;
      await this.orRewind(largest, () => largest.flush());
    }
  }

  private async complete(segments: Segment[]): Promise<void> {
    const lane = async (): Promise<void> => {
      for (let next = segments.shift(); next !== undefined; next = segments.shift()) await this.completeOne(next);
    };
    await Promise.all(Array.from({ length: CONCURRENT_UPLOADS }, lane));
  }

  /** Stores and commits a segment, however long that takes. @returns `false` if it was dropped */
  private async completeOne(segment: Segment): Promise<boolean> {
    if (!(await this.orRewind(segment, () => segment.finish()))) return false;
    const backoff = new Backoff(this.options.backoff);
    while (!segment.isDropped) {
      const isOwned = await this.upload(segment);
      if (isOwned === true) return this.completed(segment);
      if (isOwned === false) break;
      await this.wait(backoff.next(), segment);
    }
    this.rewind(segment.partition);
    return false;
  }

  private completed(segment: Segment): boolean {
    this.#segments.delete(segment.partition);
    this.#failing.delete(segment);
    if (this.#failing.size === 0) this.state.working();
    this.#observer.committed?.(segment.records);
    void segment.drop();
    return true;
  }

  /** @returns whether the partition is still ours; `undefined` if another attempt is to be made */
  private async upload(segment: Segment): Promise<boolean | undefined> {
    try {
      return await uploadSegment(segment, {
        ...this.options,
        subscription: this.#subscription!,
        observer: this.#observer,
      });
    } catch (error) {
      if (segment.isDropped) return false;
      this.failed(segment, error);
      return undefined;
    }
  }

  private failed(segment: Segment, error: unknown): void {
    this.#failing.add(segment);
    if (isLogAway(error)) return this.state.paused('log_unreachable', 'The event log does not answer.');
    const { code, message } = asArchiveError(error);
    this.state.paused(code, message);
  }

  /** A file that could not be written is worthless: its partition is read again from what is committed. */
  private async orRewind(segment: Segment, work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      if (!segment.isDropped) return true;
    } catch (error) {
      if (!segment.isDropped) {
        this.failed(segment, error);
        await this.wait(this.options.backoff.maxMs, segment);
      }
    }
    this.rewind(segment.partition);
    return false;
  }

  private rewind(partition: number): void {
    const subscription = this.#subscription!;
    const { topic } = this.options;
    const segment = this.#segments.get(partition);
    if (segment !== undefined) void this.drop(segment);
    const position = subscription.assignment().find((owned) => owned.topic === topic && owned.partition === partition);
    if (position === undefined) return;
    subscription.pause([position]);
    subscription.resume([position]);
  }

  private async drop(segment: Segment): Promise<void> {
    if (this.#segments.get(segment.partition) === segment) this.#segments.delete(segment.partition);
    this.#failing.delete(segment);
    this.#observer.dropped?.(segment.partition, segment.records);
    await segment.drop();
  }

  private async wait(delayMs: number, segment: Segment): Promise<void> {
    const ending = this.#stopping.signal.aborted ? this.#giveUp.signal : this.#stopping.signal;
    await pause(delayMs, AbortSignal.any([ending, segment.dropping.signal]));
  }
}
