import { decodeEvent, type IngestEvent, MAX_REDRIVES, type StoredRecord } from '@sluice/contracts';
import type { RecordReader } from '@sluice/record-store';
import { contentHashOf } from './content-hash.js';
import type { RedrivenEvent } from './event-of-letter.js';
import type { DeadLetter } from './letter.js';

/** What the current checks say of an event. `reason` is a dead-letter reason, `came-back` or `edit-does-not-fit`. */
export type LetterCheck =
  | { passes: true; event: IngestEvent; isStored: boolean }
  | { passes: false; reason: string; detail: string; event?: IngestEvent; stored?: StoredRecord };

/**
 * Whether the event of a letter would be stored if it was published now: by the decoder of the worker, and by what the store has under
 * its key. A letter that was redriven too often never passes.
 *
 * @throws RecordStoreError `unavailable`
 */
export async function checkLetter(
  letter: Pick<DeadLetter, 'redriveCount'>,
  event: RedrivenEvent | { fault: string },
  reader: Pick<RecordReader, 'find'>,
): Promise<LetterCheck> {
  if ('fault' in event) return { passes: false, reason: 'edit-does-not-fit', detail: event.fault };
  const decoded = decodeEvent(event.value, event.headers['schema-version']);
  if (!decoded.ok) return { passes: false, reason: decoded.reason, detail: decoded.detail };
  const stored = await reader.find(decoded.event.device_id, decoded.event.record_id);
  if (stored !== undefined && !isSameRecord(stored, decoded.event)) {
    const detail = 'The record store has another record under this key; give it a new record_id by an edit.';
    return { passes: false, reason: 'key-conflict', detail, event: decoded.event, stored };
  }
  if (letter.redriveCount >= MAX_REDRIVES) {
    const detail = `It was redriven ${letter.redriveCount} times and came back each time; ${MAX_REDRIVES} are allowed.`;
    return { passes: false, reason: 'came-back', detail, event: decoded.event };
  }
  return { passes: true, event: decoded.event, isStored: stored !== undefined };
}

function isSameRecord(stored: StoredRecord, event: IngestEvent): boolean {
  return contentHashOf(stored) === contentHashOf(event);
}
