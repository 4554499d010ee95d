import { DEAD_LETTER_HEADERS } from '@sluice/contracts';
import type { LogEntry, LogRecord } from '@sluice/event-log';
import type { DeadLetterOutcome } from './outcome.js';

/** The original key and bytes, unchanged, with the record's headers and those that give the reason and the origin. */
export function deadLetterEntry(
  record: LogRecord,
  outcome: DeadLetterOutcome,
  attempts: number,
  nowMs: number,
): LogEntry {
  const origin: Record<string, string> = {
    [DEAD_LETTER_HEADERS.reason]: outcome.reason,
    [DEAD_LETTER_HEADERS.detail]: outcome.detail,
    [DEAD_LETTER_HEADERS.topic]: record.topic,
    [DEAD_LETTER_HEADERS.partition]: String(record.partition),
    [DEAD_LETTER_HEADERS.offset]: String(record.offset),
    [DEAD_LETTER_HEADERS.attempts]: String(attempts),
    [DEAD_LETTER_HEADERS.at]: new Date(nowMs).toISOString(),
  };
  return { key: record.key, value: record.value, headers: { ...record.headers, ...origin }, timestampMs: nowMs };
}
