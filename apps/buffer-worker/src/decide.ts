import { decodeEvent } from '@sluice/contracts';
import { deadLetter, DONE, type DeadLetterOutcome, type RecordOutcome } from '@sluice/batch-transport';
import type { LogRecord } from '@sluice/event-log';
import type { RecordToStore, WriteOutcome } from '@sluice/record-store';

/** What is to be done with one log record, before the store has seen it. */
export type Decision = { status: 'store'; record: RecordToStore } | DeadLetterOutcome;

/** Never throws: what cannot be read is a dead letter with the reason. */
export function decide({ value, headers, partition, offset }: LogRecord): Decision {
  const decoded = decodeEvent(value, headers['schema-version']);
  if (!decoded.ok) return deadLetter(decoded.reason, decoded.detail);
  return { status: 'store', record: { event: decoded.event, source: { partition, offset } } };
}

/**
 * What the store's answer means for the log record. A key conflict is no poison: one client that uses a key twice can cause
 * as many as it likes.
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
