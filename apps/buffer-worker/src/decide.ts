import { readEvent } from '@sluice/contracts';
import { deadLetter, DONE, type DeadLetterOutcome, type RecordOutcome } from '@sluice/batch-transport';
import type { LogRecord } from '@sluice/event-log';
import type { RecordToStore, WriteOutcome } from '@sluice/record-store';

/** The decision about one log record, before the store has it. */
export type Decision = { status: 'store'; record: RecordToStore } | DeadLetterOutcome;

/** Never throws: an unreadable record becomes a dead letter with the reason. */
export function decide({ value, headers, partition, offset }: LogRecord): Decision {
  const decoded = readEvent(value, headers['schema-version']);
  if (!decoded.ok) return deadLetter(decoded.reason, decoded.detail);
  return { status: 'store', record: { event: decoded.event, source: { partition, offset } } };
}

/**
 * The decision that follows from the store's answer. A key conflict is not a sign of a bad deployment: one client that reuses
 * keys can cause any number of them.
 */
export function outcomeOf(written: WriteOutcome): RecordOutcome {
  switch (written.status) {
    case 'stored':
    case 'already-stored':
      return DONE;
    case 'conflict':
      return deadLetter('key-conflict', written.detail, { isPoison: false });
    case 'refused':
      return deadLetter('store-refused', written.detail);
  }
}
