/** Why a log record can never be stored. Stable codes: the header `dead-letter-reason`. */
export const DEAD_LETTER_REASONS = [
  'undecodable',
  'unknown-schema-version',
  'invalid-event',
  'key-conflict',
  'store-refused',
] as const;
export type DeadLetterReason = (typeof DEAD_LETTER_REASONS)[number];

/**
 * The reason of a consumer's dead letter: its handler failed on the record too often. `ingest.dead-letters` has none of these, since
 * the buffer worker tries without end.
 */
export const HANDLER_FAILED = 'handler-failed';

/** Headers of a log record on the dead-letter topic; its key and value are the original bytes, untouched. */
export const DEAD_LETTER_HEADERS = {
  reason: 'dead-letter-reason',
  detail: 'dead-letter-detail',
  topic: 'dead-letter-topic',
  partition: 'dead-letter-partition',
  offset: 'dead-letter-offset',
  attempts: 'dead-letter-attempts',
  at: 'dead-letter-at',
} as const;

/**
 * Headers of an event that was published again from a dead letter. Where the event ends as a dead letter once more, that one has them
 * too.
 */
export const REDRIVE_HEADERS = {
  id: 'redrive-id',
  count: 'redrive-count',
  /** `<topic>/<partition>/<offset>` of the dead letter. */
  origin: 'dead-letter-origin',
} as const;

/** A dead letter that was redriven so often is refused: it would come back once more. */
export const MAX_REDRIVES = 3;
