/** The formats of objects, by the end of their keys. */
export const ARCHIVE_FORMATS = ['parquet', 'ndjson.gz'] as const;
export type ArchiveFormat = (typeof ARCHIVE_FORMATS)[number];

/** What the key of an object says. */
export interface ObjectPlace {
  /** `YYYY-MM-DDTHH` in UTC, of `received_at`. */
  hour: string;
  partition: number;
  /** Offset of the first record in the object. */
  offset: number;
  format: ArchiveFormat;
}

const OFFSET_DIGITS = 20;
const KEY =
  /^date=(?<date>[^/]{1,20})\/hour=(?<hour>\d{2})\/partition=(?<partition>\d{2,9})\/(?<offset>\d{20})\.(?<format>parquet|ndjson\.gz)$/;

/** `date=2026-01-31/hour=07/partition=00/00000000000000000042.parquet`. */
export function keyOf({ hour, partition, offset, format }: ObjectPlace): string {
  const [date, hourOfDay] = hour.split('T');
  const name = String(offset).padStart(OFFSET_DIGITS, '0');
  return `date=${date}/hour=${hourOfDay}/partition=${String(partition).padStart(2, '0')}/${name}.${format}`;
}

/** @returns `undefined` for a key that is not the archive's */
export function placeOf(key: string): ObjectPlace | undefined {
  const found = KEY.exec(key)?.groups;
  if (found === undefined) return undefined;
  const { date, hour, partition, offset, format } = found;
  return {
    hour: `${date}T${hour}`,
    partition: Number(partition),
    offset: Number(offset),
    format: format as ArchiveFormat,
  };
}
