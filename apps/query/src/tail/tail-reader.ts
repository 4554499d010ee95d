import { stringifyExact } from '@sluice/contracts';
import type { LogRecord } from '@sluice/event-log';
import { eventText } from '../event-stream/server-sent-event.js';
import { isOfDevice } from '../log-record.js';
import { toWaitingRecord } from '../waiting-record.js';
import type { LogFollower } from './log-follower.js';
import { RoundSize } from '../round-size.js';
import { encodePosition } from './tail-position.js';

/** Most partitions that are read concurrently. The others are read in the next rounds. */
const MAX_PARTITIONS_PER_ROUND = 16;

export interface TailSelection {
  /** By partition: the first offset that is shown. */
  offsets: readonly number[];
  /** The partitions that are read. */
  partitions: readonly number[];
  /** Only records of this device. */
  deviceId?: string | undefined;
}

/** One reader of the log: its offset in each partition, and its next records. */
export class TailReader {
  private readonly offsets: number[];
  private readonly size = new RoundSize();
  private readonly matches: (record: LogRecord) => boolean;
  /** The partition that has waited longest is first. */
  private turns: number[];

  constructor(
    private readonly follower: LogFollower,
    { offsets, partitions, deviceId }: TailSelection,
  ) {
    this.offsets = [...offsets];
    this.turns = [...partitions];
    this.matches = deviceId === undefined ? () => true : isOfDevice(deviceId);
  }

  /** After every record that was sent. */
  get position(): string {
    return encodePosition(this.offsets);
  }

  /**
   * The events of the next records of some partitions on demand, each with the position after it. The position also advances over
   * records of other devices.
   */
  async *round(): AsyncGenerator<string> {
    const behind = this.turns.filter((partition) => this.isBehind(partition)).slice(0, MAX_PARTITIONS_PER_ROUND);
    this.turns = [...this.turns.filter((partition) => !behind.includes(partition)), ...behind];
    const maxRecords = this.size.recordsFor(behind.length);
    for (const partition of behind) yield* this.removed(partition);
    const pages = await Promise.all(behind.map((partition) => this.read(partition, maxRecords)));
    if (behind.length > 0) await this.follower.takeTurn();
    for (const [at, records] of pages.entries()) if (records !== undefined) yield* this.shown(behind[at]!, records);
  }

  private isBehind(partition: number): boolean {
    return this.offsets[partition]! < this.follower.highOf(partition);
  }

  /** Records that retention removed before they were read are reported, not skipped silently. */
  private *removed(partition: number): Generator<string> {
    const low = this.follower.lowOf(partition);
    const missing = low - this.offsets[partition]!;
    if (missing <= 0) return;
    this.offsets[partition] = low;
    yield eventText({ event: 'gap', id: this.position, data: JSON.stringify({ partition, missing }) });
  }

  private async read(partition: number, maxRecords: number): Promise<LogRecord[] | undefined> {
    const high = this.follower.highOf(partition);
    const records = await this.follower.read({ partition, fromOffset: this.offsets[partition]!, maxRecords });
    // Offsets without a record: Kafka uses some itself.
    if (records?.length === 0) this.offsets[partition] = high;
    return records;
  }

  private *shown(partition: number, records: readonly LogRecord[]): Generator<string> {
    for (const record of records) {
      this.offsets[partition] = record.offset + 1;
      this.size.observe(record);
      if (this.matches(record)) yield eventText({ id: this.position, data: stringifyExact(toWaitingRecord(record)) });
    }
  }
}
