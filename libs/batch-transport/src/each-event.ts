import { decodeEvent, type IngestEvent } from '@sluice/contracts';
import type { LogRecord } from '@sluice/event-log';
import {
  asOutcome,
  deadLetter,
  failed,
  isRetryLater,
  UNHANDLED,
  type BatchVerdict,
  type RecordOutcome,
  type RetryLater,
} from './outcome.js';

export type EventHandler = (
  event: IngestEvent,
  record: LogRecord,
) => RecordOutcome | RetryLater | Promise<RecordOutcome | RetryLater>;

/**
 * The verdict on a batch of `ingest.events` from a handler of single events. Events are passed one by one, in order. An
 * undecodable record becomes a dead letter with the codec's reason, and the handler does not get it. If the handler throws, that
 * record has failed and the rest of its partition is left for later; the events of other partitions continue. After the first
 * `retryLater` the whole batch is retried, so handling an event twice must be harmless.
 */
export async function eachEvent(batch: readonly LogRecord[], handle: EventHandler): Promise<BatchVerdict> {
  const outcomes: RecordOutcome[] = [];
  const held = new Set<string>();
  for (const record of batch) {
    if (held.size > 0 && held.has(placeOf(record))) {
      outcomes.push(UNHANDLED);
      continue;
    }
    const decoded = decodeEvent(record.value, record.headers['schema-version']);
    const outcome = decoded.ok
      ? await outcomeOf(handle, decoded.event, record)
      : deadLetter(decoded.reason, decoded.detail);
    if (isRetryLater(outcome)) return outcome;
    if (outcome.status === 'failed') held.add(placeOf(record));
    outcomes.push(outcome);
  }
  return outcomes;
}

async function outcomeOf(
  handle: EventHandler,
  event: IngestEvent,
  record: LogRecord,
): Promise<RecordOutcome | RetryLater> {
  try {
    const returned = await handle(event, record);
    return isRetryLater(returned) ? returned : asOutcome(returned);
  } catch (error) {
    return failed(error);
  }
}

function placeOf({ topic, partition }: LogRecord): string {
  return `${topic}/${partition}`;
}
