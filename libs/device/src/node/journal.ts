import type { StoredRecord } from '../queue/storage.js';
import { headOf } from '../record.js';
import { crc32 } from './crc32.js';

/**
 * The text of a queue file: a header, then one entry on each line, the CRC-32 of the entry before it.
 *
 *     sluice-queue 1
 *     5f3a0c11 +17 {"record_id":"...", ...}     a record was queued
 *     09be7d20 -12,13,14                        records have their verdicts
 */
export const HEADER = 'sluice-queue 1\n';

const NEWLINE = 10;
const ENTRY = /^(?:\+(\d{1,16}) (\{.*\})|-(\d{1,16}(?:,\d{1,16})*))$/s;

export interface JournalContents {
  /** Records without a verdict, by key, oldest first. */
  records: Map<number, StoredRecord>;
  /** Complete lines that cannot be read: something damaged the file. */
  damagedLines: number;
  /** Bytes after the last complete line: a write that a crash cut short, and that was never reported as durable. */
  tornBytes: number;
}

export function queuedLine({ key, text }: StoredRecord): string {
  return line(`+${key} ${text}`);
}

export function doneLine(keys: readonly number[]): string {
  return line(`-${keys.join()}`);
}

function line(entry: string): string {
  return `${checksum(Buffer.from(entry))} ${entry}\n`;
}

function checksum(entry: Uint8Array): string {
  return crc32(entry).toString(16).padStart(8, '0');
}

/** Reads what follows the header. Never throws, whatever the bytes are. */
export function readJournal(file: Buffer): JournalContents {
  const records = new Map<number, StoredRecord>();
  let damagedLines = 0;
  let start = HEADER.length;
  for (let end = file.indexOf(NEWLINE, start); end !== -1; end = file.indexOf(NEWLINE, start)) {
    if (!replay(file.subarray(start, end), records)) damagedLines++;
    start = end + 1;
  }
  return { records, damagedLines, tornBytes: file.length - start };
}

/** Whether the line is a good one; its effect is in `records` then. */
function replay(bytes: Buffer, records: Map<number, StoredRecord>): boolean {
  const entry = bytes.subarray(9);
  if (bytes.toString('latin1', 0, 9) !== `${checksum(entry)} `) return false;
  const match = ENTRY.exec(entry.toString());
  if (match === null) return false;
  const [, key, text, doneKeys] = match;
  if (text === undefined) for (const done of doneKeys!.split(',')) records.delete(Number(done));
  // The checksum was right, so this is text that this library wrote.
  else records.set(Number(key), { key: Number(key), recordId: headOf(text).record_id, text });
  return true;
}
