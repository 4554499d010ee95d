// The archive to files on one core: records by CPU second, memory, and bytes a record beside what MongoDB is sent.
import mongoose from 'mongoose';
import { MEASURED_CORE, Program } from '../load/program.js';
import type { ArchiveCost } from './archive/archive-run.js';
import { eventsOf } from './archive/endless-log.js';
import type { Row } from './result.js';

const FORMATS = ['ndjson.gz', 'parquet'] as const;
const KINDS = { sensor: 'readings of about 100 bytes', mixed: 'mixed fleet' } as const;
/** Enough for several objects of each partition. */
const RECORDS = 1_200_000;
const PARTITIONS = 12;

export async function benchArchive(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [kind, what] of Object.entries(KINDS) as [keyof typeof KINDS, string][]) {
    const bson = bsonBytes(kind);
    let base: ArchiveCost | undefined;
    for (const format of FORMATS) {
      const cost = await costOf(format, kind);
      base ??= cost;
      rows.push(rowOf(what, format, cost, base));
    }
    rows.push({
      what,
      variant: 'BSON of MongoDB',
      figure: `${bson.toFixed(0)} bytes a record, uncompressed`,
      ratio: bson / bytesOf(base!),
    });
  }
  return rows;
}

async function costOf(format: string, kind: string): Promise<ArchiveCost> {
  const args = [format, kind, String(PARTITIONS), String(RECORDS)];
  const program = Program.start('tools/bench/archive/archive-run.ts', { args, core: MEASURED_CORE });
  return program.message<ArchiveCost>();
}

/** The ratio is that of the bytes. */
function rowOf(what: string, variant: string, cost: ArchiveCost, base: ArchiveCost): Row {
  const perSecond = Math.round(cost.records / cost.cpuSeconds).toLocaleString('en');
  const figure = `${perSecond} records/CPU s; ${bytesOf(cost).toFixed(1)} bytes a record; peak ${Math.round(cost.peakMiB)} MiB`;
  return { what, variant, figure, ratio: bytesOf(cost) / bytesOf(base) };
}

function bytesOf({ bytes, records }: ArchiveCost): number {
  return bytes / records;
}

/** As the buffer worker stores it, without indexes. */
function bsonBytes(kind: keyof typeof KINDS): number {
  const events = eventsOf(kind);
  const sizes = events.map((event) => {
    const { device_id, record_id, timestamp, received_at, data_payload } = event;
    const [at, receivedAt] = [new Date(timestamp), new Date(received_at)];
    const _id = `${device_id}/${record_id}`;
    const source = { partition: 0, offset: 0 };
    const ids = { _id, device_id, record_id, timestamp: at, timestamp_text: timestamp };
    return mongoose.mongo.BSON.calculateObjectSize({
      ...ids,
      received_at: receivedAt,
      stored_at: receivedAt,
      data_payload,
      source,
    });
  });
  return sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
}
