import type { Clock } from '../clock.js';
import { DeviceError } from '../device-error.js';
import { ofText, type EncodedRecord } from '../record.js';
import type { Signals } from '../signals.js';
import type { Storage } from './storage.js';

/**
 * When the queue is full. `drop-oldest`: the oldest record that is not on its way makes room. `drop-newest`: the new record goes.
 * `block`: the new record waits outside until there is room; up to `maxRecords` may wait like this, and then `report` throws.
 */
export type WhenFull = 'drop-oldest' | 'drop-newest' | 'block';

/**
 * What became of a report. `kept`: it is in the queue, and on disk if there is a queue file. `not-durable`: it is in the queue,
 * but the file could not be written. `dropped`: it is in neither, and `onDropped` has been called.
 */
export type Kept = 'kept' | 'not-durable' | 'dropped';

export interface QueueLimits {
  maxRecords: number;
  maxBytes: number;
  whenFull: WhenFull;
}

export interface QueuedRecord extends EncodedRecord {
  key: number;
  /** On the clock of {@link Clock.elapsed}. */
  queuedAtMs: number;
}

interface WaitingRecord extends QueuedRecord {
  settle: (kept: Kept) => void;
}

/** Between two records of a request. */
const COMMA_BYTES = 1;

/** Records in the order of reporting, bounded. A record that leaves without a result is counted and reported. */
export class Queue {
  private readonly records: QueuedRecord[] = [];
  private readonly waiting: WaitingRecord[] = [];
  /** The first records, as many as this, are on their way: nothing may drop them. */
  private onTheirWay = 0;
  private nextKey: number;
  private queuedBytes: number;

  constructor(
    private readonly limits: QueueLimits,
    private readonly storage: Storage,
    private readonly clock: Clock,
    private readonly signals: Signals,
  ) {
    for (const { key, recordId, text } of storage.recovered) {
      this.records.push({ ...ofText(recordId, text), key, queuedAtMs: -Infinity });
    }
    this.queuedBytes = totalBytes(this.records);
    this.nextKey = (this.records.at(-1)?.key ?? 0) + 1;
  }

  get length(): number {
    return this.records.length;
  }

  get bytes(): number {
    return this.queuedBytes;
  }

  /** Records that wait outside: see `block`. */
  get outside(): number {
    return this.waiting.length;
  }

  get lastKey(): number {
    return this.nextKey - 1;
  }

  /** The oldest record that has no verdict yet. */
  get oldest(): QueuedRecord | undefined {
    return this.records[0];
  }

  /** Never rejects. @throws DeviceError `record-too-large`, `queue-full` */
  add(record: EncodedRecord): Promise<Kept> {
    if (record.bytes > this.limits.maxBytes) {
      const message = `A record of ${record.bytes} bytes can never fit: queue.maxBytes is ${this.limits.maxBytes}.`;
      throw new DeviceError('record-too-large', message);
    }
    if (this.limits.whenFull === 'block') return this.keepOrWait(record);
    if (this.limits.whenFull === 'drop-oldest') this.makeRoom(record.bytes);
    if (this.hasRoom(record.bytes)) return this.keep(this.numbered(record));
    this.signals.dropped(record.text, 'queue-full');
    return Promise.resolve('dropped');
  }

  /** The oldest records that fit into a request, at least one. They are on their way until {@link settle}. */
  nextBatch(maxRecords: number, maxBytes: number): readonly QueuedRecord[] {
    let bytes = 0;
    const candidates = this.records.slice(0, maxRecords);
    const end = candidates.findIndex((record) => (bytes += record.bytes + COMMA_BYTES) > maxBytes);
    this.onTheirWay = end === -1 ? candidates.length : Math.max(end, 1);
    return candidates.slice(0, this.onTheirWay);
  }

  /** The request is over: removes what has its verdict; the rest stays where it was. */
  settle(done: ReadonlySet<number>): void {
    const settled = this.records.slice(0, this.onTheirWay);
    const staying = settled.filter(({ key }) => !done.has(key));
    this.records.splice(0, this.onTheirWay, ...staying);
    this.onTheirWay = 0;
    this.queuedBytes += totalBytes(staying) - totalBytes(settled);
    if (done.size > 0) this.forget([...done]);
    this.letIn();
    this.signals.measure('queued', this.length);
  }

  /** Nothing more will be sent. Drops what the storage does not keep, as `closed`. Returns how many records have no verdict. */
  abandon(): number {
    const undelivered = this.length + this.outside;
    for (const { text, settle } of this.waiting.splice(0)) {
      this.signals.dropped(text, 'closed');
      settle('dropped');
    }
    for (const { key, text } of this.records.splice(0)) {
      if (!this.storage.keeps(key)) this.signals.dropped(text, 'closed');
    }
    this.queuedBytes = 0;
    return undelivered;
  }

  private hasRoom(bytes: number): boolean {
    return this.length < this.limits.maxRecords && this.queuedBytes + bytes <= this.limits.maxBytes;
  }

  private makeRoom(bytes: number): void {
    const dropped: number[] = [];
    while (!this.hasRoom(bytes) && this.length > this.onTheirWay) {
      const [oldest] = this.records.splice(this.onTheirWay, 1) as [QueuedRecord];
      this.queuedBytes -= oldest.bytes;
      dropped.push(oldest.key);
      this.signals.dropped(oldest.text, 'queue-full');
    }
    if (dropped.length > 0) this.forget(dropped);
  }

  private keepOrWait(record: EncodedRecord): Promise<Kept> {
    if (this.outside === 0 && this.hasRoom(record.bytes)) return this.keep(this.numbered(record));
    if (this.outside === this.limits.maxRecords) {
      const message = `The queue is full and ${this.outside} reports wait for space. Await \`kept\` of a report before the next one.`;
      throw new DeviceError('queue-full', message);
    }
    return new Promise((settle) => this.waiting.push({ ...this.numbered(record), settle }));
  }

  private letIn(): void {
    while (this.waiting[0] !== undefined && this.hasRoom(this.waiting[0].bytes)) {
      const { settle, ...record } = this.waiting.shift()!;
      void this.keep(record).then(settle);
    }
  }

  private numbered(record: EncodedRecord): QueuedRecord {
    return { ...record, key: this.nextKey++, queuedAtMs: this.clock.elapsed() };
  }

  private keep(record: QueuedRecord): Promise<Kept> {
    this.records.push(record);
    this.queuedBytes += record.bytes;
    this.signals.measure('queued', this.length);
    return this.storage.append(record).then(
      () => 'kept' as const,
      (error: Error) => {
        this.signals.notDurable(error.message);
        return 'not-durable' as const;
      },
    );
  }

  private forget(keys: readonly number[]): void {
    const failed = (error: Error) => this.signals.log('error', 'queue-file-unwritable', error.message);
    this.storage.remove(keys).catch(failed);
  }
}

function totalBytes(records: readonly EncodedRecord[]): number {
  return records.reduce((sum, { bytes }) => sum + bytes, 0);
}
