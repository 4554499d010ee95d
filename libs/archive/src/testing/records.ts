import type { IngestEvent } from '@sluice/contracts';
import { encodeEvent } from '@sluice/contracts';
import type { LogRecord } from '@sluice/event-log';
import { MODEL_TOPIC } from './model-group.js';

const START_MS = Date.UTC(2026, 0, 31, 22, 50);

/** The event at an offset: received times cross two hours and a day, and every seventh is ahead of the next ones. */
export function eventAt(partition: number, offset: number): IngestEvent {
  const receivedMs = START_MS + offset * 120_000 + (offset % 7 === 0 ? 300_000 : 0);
  return {
    device_id: `press-${partition}`,
    record_id: `r-${offset}`,
    timestamp: '2026-02-01T00:00:00.123456+02:00',
    received_at: new Date(receivedMs).toISOString(),
    data_payload: { value: offset / 7, text: 'é "quoted"', large: 9007199254740993n },
  };
}

/** Offsets from 0; those that `isLeftOut` names are gaps. */
export function recordsOf(
  partition: number,
  count: number,
  isLeftOut: (offset: number) => boolean = () => false,
): LogRecord[] {
  return Array.from({ length: count }, (_, offset) => recordAt(partition, offset)).filter(
    ({ offset }) => !isLeftOut(offset),
  );
}

function recordAt(partition: number, offset: number): LogRecord {
  const value = encodeEvent(eventAt(partition, offset));
  const headers = { 'schema-version': '1' };
  return { topic: MODEL_TOPIC, partition, offset, key: null, value, headers, timestampMs: 0 };
}
