import type { Batch } from 'kafkajs';
import type { LogRecord, PullOptions, TopicPartition } from '@sluice/event-log';
import { FetchedRecords, fetchedPartition } from './fetched-records.js';

/** The fetched records of one partition on their way to `pull`. KafkaJS fetches no more of it until they are released. */
export class Chunk {
  private readonly release = Promise.withResolvers<void>();
  /** Resolves when all records are pulled, or the rest is dropped. */
  readonly released = this.release.promise;
  private readonly records: FetchedRecords;
  #lastTakenOffset: number | undefined;

  /** @throws EventLogError `fatal` if a record cannot be read; so does {@link move} */
  constructor(private readonly batch: Batch) {
    this.records = new FetchedRecords(fetchedPartition(batch));
  }

  isOf({ topic, partition }: TopicPartition): boolean {
    return this.batch.topic === topic && this.batch.partition === partition;
  }

  /** Whether no record is left. */
  get isTaken(): boolean {
    return this.records.next === undefined;
  }

  /** Offset of the first record that was not pulled yet. */
  get nextOffset(): number | undefined {
    return this.records.next?.offset;
  }

  /** Offset of the last record that was pulled, or `undefined` if none was. */
  get lastTakenOffset(): number | undefined {
    return this.#lastTakenOffset;
  }

  /** Moves at most this many records to the end of `records`. */
  move(maxRecords: number, records: LogRecord[]): void {
    for (let left = maxRecords; left > 0; left--) {
      const record = this.records.shift();
      if (record === undefined) break;
      records.push(record);
      this.#lastTakenOffset = record.offset;
    }
    if (this.isTaken) this.release.resolve();
  }

  drop(): void {
    this.release.resolve();
  }
}

/** A pull that found nothing. */
interface Waiter {
  maxRecords: number;
  serve(records: LogRecord[]): void;
}

/** Fetched chunks, first in, first out. Bounded by one fetch: KafkaJS begins the next when all of it is released. */
export class PullQueue {
  private chunks: Chunk[] = [];
  private readonly waiters = new Set<Waiter>();
  private serving: NodeJS.Immediate | undefined;
  private isEnded = false;

  /** Serves waiting pulls a moment later, so that one pull gets what one fetch returned for several partitions. */
  add(chunk: Chunk): void {
    if (this.isEnded) return chunk.drop();
    this.chunks.push(chunk);
    this.serving ??= setImmediate(() => this.serveWaiters());
  }

  pull(options: PullOptions): Promise<LogRecord[]> {
    if (this.isEnded || options.signal?.aborted === true) return Promise.resolve([]);
    if (this.chunks.length > 0) return Promise.resolve(this.nextRecords(options.maxRecords));
    return this.wait(options);
  }

  /** Drops records that were not pulled yet: the partitions were revoked, or will be read again. */
  drop(): void {
    for (const chunk of this.chunks.splice(0)) chunk.drop();
  }

  /** The same for one partition only. */
  dropPartition(partition: TopicPartition): void {
    const dropped = this.chunks.filter((chunk) => chunk.isOf(partition));
    this.chunks = this.chunks.filter((chunk) => !chunk.isOf(partition));
    for (const chunk of dropped) chunk.drop();
  }

  /** Pending and later pulls return nothing. */
  end(): void {
    this.isEnded = true;
    clearImmediate(this.serving);
    this.drop();
    for (const waiter of this.waiters) waiter.serve([]);
  }

  private nextRecords(maxRecords: number): LogRecord[] {
    const records: LogRecord[] = [];
    while (this.chunks.length > 0 && records.length < maxRecords) {
      const chunk = this.chunks[0]!;
      chunk.move(maxRecords - records.length, records);
      if (chunk.isTaken) this.chunks.shift();
    }
    return records;
  }

  private serveWaiters(): void {
    this.serving = undefined;
    for (const waiter of this.waiters) {
      if (this.chunks.length > 0) waiter.serve(this.nextRecords(waiter.maxRecords));
    }
  }

  private wait({ maxRecords, maxWaitMs, signal }: PullOptions): Promise<LogRecord[]> {
    const { promise, resolve } = Promise.withResolvers<LogRecord[]>();
    const giveUp = (): void => waiter.serve([]);
    const timer = setTimeout(giveUp, maxWaitMs);
    const serve = (records: LogRecord[]): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
      this.waiters.delete(waiter);
      resolve(records);
    };
    const waiter: Waiter = { maxRecords, serve };
    signal?.addEventListener('abort', giveUp);
    this.waiters.add(waiter);
    return promise;
  }
}
