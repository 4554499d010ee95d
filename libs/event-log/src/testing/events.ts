import { encodeEvent, EVENT_HEADERS, type IngestEvent } from '@sluice/contracts';
import type { LogEntry } from '../event-log.js';

/** An event as the gateway makes it; a test says only what it is about. */
export function eventOf(recordId: string, more: Partial<IngestEvent> = {}): IngestEvent {
  return {
    record_id: recordId,
    device_id: 'dev-2',
    timestamp: '2025-09-09T17:00:00Z',
    received_at: '2025-09-09T17:00:01.250Z',
    data_payload: { gene_count: 12 },
    ...more,
  };
}

/** The entry by which the gateway publishes the event. */
export function entryOfEvent(event: IngestEvent): LogEntry {
  return {
    key: Buffer.from(event.device_id),
    value: encodeEvent(event),
    headers: EVENT_HEADERS,
    timestampMs: Date.parse(event.received_at),
  };
}

/** A message of someone who took the topic for theirs. */
export function foreignEntry(text: string, headers: LogEntry['headers'] = {}): LogEntry {
  return { key: null, value: Buffer.from(text), headers, timestampMs: 0 };
}
