import { randomUUID } from 'node:crypto';
import type { ArchivedRow } from './archived-row.js';
import { keyOf, type ArchiveFormat } from './object-key.js';
import { openRowWriter, type RowWriter } from './row-writer.js';
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

  /** @param first offset of the first record: the partition has none between the committed offset and this one */
  constructor(
    readonly partition: number,
    readonly first: number,
    readonly openedAtMs: number,
    private readonly options: { format: ArchiveFormat; spoolDirectory: string },
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

  isFull({ maxBytes, maxRecords }: SegmentLimits): boolean {
    for (const { rows, file } of this.objects.values()) if (rows >= maxRecords || file.bytes >= maxBytes) return true;
    return false;
  }

  dueInMs({ maxAgeMs }: SegmentLimits, nowMs: number): number {
    return this.openedAtMs + maxAgeMs - nowMs;
  }

  /** @throws ArchiveError; the segment is worthless then */
  async add(row: ArchivedRow, hour: string): Promise<void> {
    const object = this.objects.get(hour) ?? (await this.open(row.offset, hour));
    object.writer.add(row);
    object.rows++;
    this.records++;
    this.next = row.offset + 1;
    if (object.writer.bufferedBytes >= object.writer.flushBytes) await object.writer.flush();
  }

  /** A record that is no event: it is in no object, and needs none. */
  skip(offset: number): void {
    this.next = offset + 1;
  }

  /** Frees memory. @throws ArchiveError; the segment is worthless then */
  async flush(): Promise<void> {
    for (const { writer } of this.objects.values()) await writer.flush();
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

  private async open(offset: number, hour: string): Promise<OpenObject> {
    const { format, spoolDirectory } = this.options;
    const file = await SpoolFile.open(spoolDirectory);
    const key = keyOf({ hour, partition: this.partition, offset, format });
    const object = { key, file, writer: openRowWriter(format, file, randomUUID()), rows: 0, isStored: false };
    this.objects.set(hour, object);
    if (this.isDropped) await this.drop();
    return object;
  }
}
