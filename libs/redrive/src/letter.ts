import { DEAD_LETTER_HEADERS, decodeUtf8, REDRIVE_HEADERS } from '@sluice/contracts';
import type { LogRecord } from '@sluice/event-log';

/** A record of the dead-letter topic, with the readable parts of its headers and value. */
export interface DeadLetter {
  partition: number;
  offset: number;
  /** `unknown` where the header is missing: another program has written it. */
  reason: string;
  detail: string;
  /** Of the value; else the key of the log record. */
  deviceId: string | null;
  recordId: string | null;
  deadLetteredAtMs: number;
  /** The log record that could not be stored; `null` where the headers do not say. */
  origin: { topic: string; partition: number; offset: number } | null;
  attempts: number | null;
  /** How often it was redriven before it came here. */
  redriveCount: number;
  record: LogRecord;
}

/** Never fails: members without a header are absent. */
export function letterOf(record: LogRecord): DeadLetter {
  const { headers, partition, offset, timestampMs } = record;
  const ids = idsIn(record);
  const atMs = Date.parse(headers[DEAD_LETTER_HEADERS.at] ?? '');
  return {
    partition,
    offset,
    reason: headers[DEAD_LETTER_HEADERS.reason] ?? 'unknown',
    detail: headers[DEAD_LETTER_HEADERS.detail] ?? '',
    deviceId: ids.device_id ?? textOf(record.key),
    recordId: ids.record_id ?? null,
    deadLetteredAtMs: Number.isNaN(atMs) ? timestampMs : atMs,
    origin: originOf(headers),
    attempts: countIn(headers[DEAD_LETTER_HEADERS.attempts]) ?? null,
    redriveCount: countIn(headers[REDRIVE_HEADERS.count]) ?? 0,
    record,
  };
}

function originOf(headers: LogRecord['headers']): DeadLetter['origin'] {
  const topic = headers[DEAD_LETTER_HEADERS.topic];
  const partition = countIn(headers[DEAD_LETTER_HEADERS.partition]);
  const offset = countIn(headers[DEAD_LETTER_HEADERS.offset]);
  return topic === undefined || partition === undefined || offset === undefined ? null : { topic, partition, offset };
}

function countIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** The ids that the value names, even where it breaks another rule. */
function idsIn({ value }: LogRecord): { device_id?: string; record_id?: string } {
  try {
    const { device_id, record_id } = JSON.parse(decodeUtf8(value!)!) as Record<string, unknown>;
    return {
      ...(typeof device_id === 'string' && { device_id }),
      ...(typeof record_id === 'string' && { record_id }),
    };
  } catch {
    // Neither JSON nor UTF-8, or no value at all: it names nothing.
    return {};
  }
}

function textOf(key: Buffer | null): string | null {
  return key === null ? null : (decodeUtf8(key) ?? null);
}
