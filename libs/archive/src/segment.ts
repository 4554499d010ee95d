import { randomUUID } from 'node:crypto';
import type { ArchivedRow } from './archived-row.js';
import { keyOf, type ArchiveFormat } from './object-key.js';
import { openRowWriter } from './open-row-writer.js';
import type { RowWriter } from './row-writer.js';
import { SpoolFile } from './spool-file.js';

/** One object that is being filled, and not in the store yet. */
export interface OpenObject {
  readonly key: string;
  readonly file: SpoolFile;
  readonly writer: RowWriter;
  rows: number;
  /** The store has confirmed it. */
  isStored: boolean;
}

export interface SegmentLimits {
  /** Of one object, compressed: it is closed at the first write that reaches them. At least 1. */
  maxBytes: number;
  /** Of one object. At least 1. */
  maxRecords: number;
  /** From the first record on, by the clock of this process. */
  maxAgeMs: number;
}

/** Open files are bounded: records of more hours than these make another segment, as those of a long backlog do. */
const MAX_HOURS = 4;

/**
 * The records of one partition from its committed offset up to the next offset to commit: one object for each hour in which they were
 * received. Its objects are stored as a whole, all of them before the offset is committed.
 */
export class Segment {
  readonly objects = new Map<string, OpenObject>();
  readonly dropping = new AbortController();
  /** Offset after the last record that was added. */
  next: number;
  records = 0;
  #isFull = false;

  /** @param first offset of the first record: the partition has none between the committed offset and this one */
  constructor(
    readonly partition: number,
    readonly first: number,
    readonly openedAtMs: number,
    private readonly options: { format: ArchiveFormat; spoolDirectory: string; limits: SegmentLimits },
  ) {
    this.next = first;
  }

  get isDropped(): boolean {
    return this.dropping.signal.aborted;
  }

  get bufferedBytes(): number {
    let bytes = 0;
    for (const { writer } of this.objects.values()) bytes += writer.bufferedBytes;
    return bytes;
  }

  /** Whether a record of this hour still belongs here. */
  takes(hour: string): boolean {
    return this.objects.has(hour) || this.objects.size < MAX_HOURS;
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  /** Milliseconds until it is too old. */
  dueInMs(nowMs: number): number {
    return this.openedAtMs + this.options.limits.maxAgeMs - nowMs;
  }

  /**
   * Adds a row. Nearly every row is added at once: a promise for each would take longer than everything else.
   *
   * @returns `undefined` if it is added; else what adds it, and rejects with an ArchiveError if the segment is worthless then
   */
  add(row: ArchivedRow, hour: string): Promise<void> | undefined {
    const object = this.objects.get(hour);
    if (object === undefined) return this.open(row.offset, hour).then((opened) => this.addTo(opened, row));
    return this.addTo(object, row);
  }

  /** A record that is not an event: it is in no object, and needs none. */
  skip(offset: number): void {
    this.next = offset + 1;
  }

  /** Frees memory. @throws ArchiveError; the segment is worthless then */
  async flush(): Promise<void> {
    for (const object of this.objects.values()) await this.flushOne(object);
  }

  /** Makes the files complete. @throws ArchiveError; the segment is worthless then */
  async finish(): Promise<void> {
    for (const { writer } of this.objects.values()) await writer.finish();
  }

  /** Ends what is under way for it and frees its files. Idempotent. */
  async drop(): Promise<void> {
    this.dropping.abort();
    for (const { writer, file } of this.objects.values()) {
      writer.discard();
      await file.close();
    }
  }

  private addTo(object: OpenObject, row: ArchivedRow): Promise<void> | undefined {
    const { writer } = object;
    writer.add(row);
    object.rows++;
    this.records++;
    this.next = row.offset + 1;
    if (object.rows >= this.options.limits.maxRecords) this.#isFull = true;
    return writer.bufferedBytes >= writer.flushBytes ? this.flushOne(object) : undefined;
  }

  private async flushOne({ writer, file }: OpenObject): Promise<void> {
    await writer.flush();
    if (file.bytes >= this.options.limits.maxBytes) this.#isFull = true;
  }

  private async open(offset: number, hour: string): Promise<OpenObject> {
    const { format, spoolDirectory } = this.options;
    const file = await SpoolFile.open(spoolDirectory);
    const key = keyOf({ hour, partition: this.partition, offset, format });
    const writer = await openRowWriter(format, file, randomUUID());
    const object = { key, file, writer, rows: 0, isStored: false };
    this.objects.set(hour, object);
    if (this.isDropped) await this.drop();
    return object;
  }
}
