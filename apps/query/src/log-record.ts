import { type DecodedEvent, decodeEvent, decodeUtf8 } from '@sluice/contracts';
import type { LogRecord } from '@sluice/event-log';

export function decodeRecord({ value, headers }: LogRecord): DecodedEvent {
  return decodeEvent(value, headers['schema-version']);
}

/** Says of each record whether it belongs to the device: the partition key is its id, whatever the value holds. */
export function isOfDevice(deviceId: string): (record: LogRecord) => boolean {
  const key = Buffer.from(deviceId, 'utf8');
  return ({ key: other }) => other !== null && key.equals(other);
}

/** The id of a record, even where the event as a whole breaks a rule. */
export function recordIdOf(record: LogRecord): unknown {
  const decoded = decodeRecord(record);
  return decoded.ok ? decoded.event.record_id : recordIdIn(record.value);
}

function recordIdIn(value: Buffer | null): unknown {
  try {
    return (JSON.parse(decodeUtf8(value!)!) as { record_id?: unknown }).record_id;
  } catch {
    // Neither an object nor JSON nor UTF-8: it has no id.
    return undefined;
  }
}
