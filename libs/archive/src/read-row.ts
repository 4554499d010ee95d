import { decodeEvent, parseTimestamp, stringifyExact, type DecodedEvent } from '@sluice/contracts';
import type { LogRecord } from '@sluice/event-log';
import type { ArchivedRow } from './archived-row.js';
import { PlainRow } from './plain-row.js';

export type ReadRow = { ok: true; row: ArchivedRow; hour: string } | Extract<DecodedEvent, { ok: false }>;

/** Never throws: a record that is not an event comes back as a reason. The buffer worker makes a dead letter of it, which keeps its bytes. */
export function readRow(record: LogRecord): ReadRow {
  const row = PlainRow.of(record);
  return row === undefined ? decodedRow(record) : { ok: true, row, hour: hourOf(row.received_at) };
}

function decodedRow({ value, headers, offset }: LogRecord): ReadRow {
  const decoded = decodeEvent(value, headers['schema-version']);
  if (!decoded.ok) return decoded;
  const { event } = decoded;
  const { device_id, record_id, timestamp, received_at, data_payload, timestamp_source, timestamp_sent } = event;
  const row: ArchivedRow = {
    device_id,
    record_id,
    timestamp,
    received_at,
    data_payload: stringifyExact(data_payload),
    offset,
  };
  if (timestamp_source !== undefined) row.timestamp_source = timestamp_source;
  if (timestamp_sent !== undefined) row.timestamp_sent = timestamp_sent;
  return { ok: true, row, hour: hourOf(received_at) };
}

/** `YYYY-MM-DDTHH` in UTC of an RFC 3339 time: a function of the record alone, whatever the clock of this process says. */
function hourOf(time: string): string {
  return time.endsWith('Z') && !time.includes(':60') ? time.slice(0, 13).toUpperCase() : hourOfForeign(time);
}

function hourOfForeign(time: string): string {
  const text = new Date(parseTimestamp(time) ?? 0).toISOString();
  return text.slice(0, text.indexOf(':'));
}
