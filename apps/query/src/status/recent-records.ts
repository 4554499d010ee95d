import { stringifyExact } from '@sluice/contracts';
import type { BufferInspector, LogRecord, PartitionPosition } from '@sluice/event-log';
import { decodeRecord } from '../log-record.js';

const SHOWN_RECORDS = 10;
/** Most records of one partition in one reading: a few large ones in each must not fill the memory. */
const RECORDS_PER_LOOK = 4;
const PREVIEW_CHARACTERS = 120;

/** The shown part of a record. */
export interface RecentRecord {
  partition: number;
  offset: number;
  /** When the gateway received it: milliseconds since 1970. */
  atMs: number;
  /** `null` for an unreadable record. */
  deviceId: string | null;
  recordId: string | null;
  /** The beginning of the payload's JSON, or why the record cannot be read. */
  preview: string;
}

/** The newest records of the log. A record is not read twice. */
export class RecentRecords {
  #newest: RecentRecord[] = [];
  readonly #seen = new Map<number, number>();

  constructor(private readonly inspector: BufferInspector) {}

  /** Newest first. @throws EventLogError `unavailable` */
  async newest(positions: readonly PartitionPosition[]): Promise<readonly RecentRecord[]> {
    const moved = positions.filter(({ partition, low, high }) => Math.max(low, this.#seen.get(partition) ?? 0) < high);
    const read = await Promise.all(moved.map((position) => this.read(position)));
    const known = new Map([...this.#newest, ...read.flat()].map((record) => [placeOf(record), record]));
    this.#newest = [...known.values()].sort((a, b) => b.atMs - a.atMs || b.offset - a.offset).slice(0, SHOWN_RECORDS);
    return this.#newest;
  }

  private async read({ partition, low, high }: PartitionPosition): Promise<RecentRecord[]> {
    const fromOffset = Math.max(low, this.#seen.get(partition) ?? 0, high - RECORDS_PER_LOOK);
    const range = { partition, fromOffset, toOffset: high, maxRecords: RECORDS_PER_LOOK };
    const records = await this.inspector.peek(range);
    this.#seen.set(partition, high);
    return records.map(toRecentRecord);
  }
}

function placeOf({ partition, offset }: RecentRecord): string {
  return `${partition}/${offset}`;
}

function toRecentRecord(record: LogRecord): RecentRecord {
  const { partition, offset, timestampMs: atMs } = record;
  const decoded = decodeRecord(record);
  if (!decoded.ok) return { partition, offset, atMs, deviceId: null, recordId: null, preview: decoded.reason };
  const { device_id: deviceId, record_id: recordId, data_payload } = decoded.event;
  return { partition, offset, atMs, deviceId, recordId, preview: shortened(stringifyExact(data_payload)) };
}

function shortened(text: string): string {
  return text.length <= PREVIEW_CHARACTERS ? text : `${text.slice(0, PREVIEW_CHARACTERS)}…`;
}
