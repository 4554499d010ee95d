import { decodeEvent, type IngestEvent } from '#contracts';
import type { LogRecord } from '../event-log.js';
import { deadLetter, isRetryLater, type BatchVerdict, type RecordOutcome, type RetryLater } from './outcome.js';

export type EventHandler = (
  event: IngestEvent,
  record: LogRecord,
) => RecordOutcome | RetryLater | Promise<RecordOutcome | RetryLater>;

/**
 * The verdict on a batch of `ingest.events` from a handler of one event. Events come one after the other, in order. A record that is
 * no event is a dead letter with the codec's reason, and the handler does not see it. With the first `retryLater` the whole batch comes
 * again, so handling an event twice must be harmless.
 */
export async function eachEvent(batch: readonly LogRecord[], handle: EventHandler): Promise<BatchVerdict> {
  const outcomes: RecordOutcome[] = [];
  for (const record of batch) {
    const decoded = decodeEvent(record.value, record.headers['schema-version']);
    const outcome = decoded.ok ? await handle(decoded.event, record) : deadLetter(decoded.reason, decoded.detail);
    if (isRetryLater(outcome)) return outcome;
    outcomes.push(outcome);
  }
  return outcomes;
}
