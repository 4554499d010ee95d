import { type DecodedEvent, decodeEvent, decodeUtf8 } from '@sluice/contracts';
import type { LogRecord } from '@sluice/event-log';

export function decodeRecord({ value, headers }: LogRecord): DecodedEvent {
  return decodeEvent(value, headers['schema-version']);
}

/** Whether a record belongs to the device: the partition key is its id, whatever the value holds. */
export function isOfDevice(deviceId: string): (record: LogRecord) => boolean {
  const key = Buffer.from(deviceId, 'utf8');
  return ({ key: other }) => other !== null && key.equals(other);
}

/** The id of a record, even if the event as a whole is invalid. */
export function recordIdOf(record: LogRecord): unknown {
  const decoded = decodeRecord(record);
  return decoded.ok ? decoded.event.record_id : recordIdIn(record.value);
}

function recordIdIn(value: Buffer | null): unknown {
  try {
    return (JSON.parse(decodeUtf8(value!)!) as { record_id?: unknown }).record_id;
  } catch {
    // Not an object, not JSON or not UTF-8: it has no id.
    return undefined;
  }
}
