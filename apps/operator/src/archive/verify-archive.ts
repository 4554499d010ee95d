import { type ObjectStore, placeOf, readObject, readRow } from '@sluice/archive';
import type { BufferInspector, PartitionPosition } from '@sluice/event-log';
import type { RecordCursor, RecordReader } from '@sluice/record-store';
import { OffsetSet } from './offset-set.js';

const PEEK_RECORDS = 1_000;
const PAGE_RECORDS = 1_000;

/** Counts of one day in UTC, by `received_at`. */
export interface DayCounts {
  day: string;
  /** Rows of all objects of the day. */
  archived: number;
  objects: number;
  bytes: number;
  /** Rows whose partition and offset another object has, too. */
  doubled: number;
  /** Events that the event log still has, below the committed offset of the archive. */
  in_log: number;
  /** Those of them that no object has. */
  missing: number;
  /** Events of the log that are not archived yet. */
  waiting: number;
  /** Records in the record store; `null` if it was not asked. */
  stored: number | null;
}

export interface VerifyParts {
  store: ObjectStore;
  spoolDirectory: string;
  /** Of the group of the archive. */
  inspector: BufferInspector;
  /** Left out: the record store is not asked. */
  reader?: RecordReader;
  /** `YYYY-MM-DD`; empty: all. */
  days: readonly string[];
}

/**
 * Reads the objects, then what the event log still has, then the record store, and counts by day. Memory grows by about one bit for
 * each record of the archive.
 *
 * @throws ArchiveError, EventLogError, RecordStoreError
 */
export async function verifyArchive(parts: VerifyParts): Promise<DayCounts[]> {
  const days = new Map<string, DayCounts>();
  const isWanted = (day: string): boolean => parts.days.length === 0 || parts.days.includes(day);
  const of = (day: string): DayCounts => {
    const counts = days.get(day) ?? noCounts(day, parts.reader === undefined);
    if (isWanted(day)) days.set(day, counts);
    return counts;
  };
  const archived = await countObjects(parts, of);
  for (const position of await parts.inspector.positions()) await countLog(parts.inspector, position, archived, of);
  if (parts.reader !== undefined) await countStored(parts.reader, of);
  return [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1));
}

type CountsOf = (day: string) => DayCounts;

function noCounts(day: string, isStoreLeftOut: boolean): DayCounts {
  const stored = isStoreLeftOut ? null : 0;
  return { day, archived: 0, objects: 0, bytes: 0, doubled: 0, in_log: 0, missing: 0, waiting: 0, stored };
}

async function countObjects(
  { store, spoolDirectory, days }: VerifyParts,
  of: CountsOf,
): Promise<Map<number, OffsetSet>> {
  const partitions = new Map<number, OffsetSet>();
  const prefixes = days.length === 0 ? ['date='] : days.map((day) => `date=${day}/`);
  for (const prefix of prefixes) {
    for await (const { key, bytes } of store.list(prefix)) {
      const place = placeOf(key);
      if (place === undefined) continue;
      const offsets = partitions.get(place.partition) ?? new OffsetSet();
      partitions.set(place.partition, offsets);
      const counts = of(place.hour.slice(0, place.hour.indexOf('T')));
      counts.objects++;
      counts.bytes += bytes;
      for await (const { offset } of readObject(store, key, spoolDirectory)) {
        counts.archived++;
        if (!offsets.add(offset)) counts.doubled++;
      }
    }
  }
  return partitions;
}

async function countLog(
  inspector: BufferInspector,
  { partition, low, committed, high }: PartitionPosition,
  archived: ReadonlyMap<number, OffsetSet>,
  of: CountsOf,
): Promise<void> {
  for (let fromOffset = low; fromOffset < high;) {
    const records = await inspector.peek({ partition, fromOffset, toOffset: high, maxRecords: PEEK_RECORDS });
    for (const record of records) {
      const read = readRow(record);
      if (!read.ok) continue;
      const counts = of(read.hour.slice(0, read.hour.indexOf('T')));
      if (record.offset >= committed) counts.waiting++;
      else counts.in_log++;
      if (record.offset < committed && archived.get(partition)?.has(record.offset) !== true) counts.missing++;
    }
    fromOffset = (records.at(-1)?.offset ?? high) + 1;
  }
}

async function countStored(reader: RecordReader, of: CountsOf): Promise<void> {
  let after: RecordCursor | undefined;
  do {
    const page = await reader.page({}, PAGE_RECORDS, after);
    for (const { received_at } of page.records) {
      const counts = of(received_at.slice(0, 10));
      counts.stored = (counts.stored ?? 0) + 1;
    }
    after = page.next;
  } while (after !== undefined);
}
