/**
 * The outcome of one log record. `done`: the record's effect is durable (or there is nothing to keep), so the committed offset
 * may pass it. `dead-letter`: it can never be handled; it is published to the dead-letter topic first, then the offset passes it.
 * `failed`: the handler failed on this record; only its partition is held, and the record is retried alone. `unhandled`: a record
 * before it in its partition failed; it is read again after that one.
 */
export type RecordOutcome = { status: 'done' } | DeadLetterOutcome | FailedOutcome | { status: 'unhandled' };

export interface DeadLetterOutcome {
  status: 'dead-letter';
  /** A stable code. */
  reason: string;
  /** For people; no payload. */
  detail: string;
  /** Whether many of these indicate a bad deployment. False for what a single client can cause at will. */
  isPoison: boolean;
}

export interface FailedOutcome {
  status: 'failed';
  /** The value that the handler threw. */
  error: unknown;
}

/** No record of the batch counts as handled; the same records are retried after a delay. `reason` is a stable code for people. */
export interface RetryLater {
  retryLater: string;
}

/** One outcome for each record, in the order of the batch; or none at all. */
export type BatchVerdict = readonly RecordOutcome[] | RetryLater;

export const DONE: RecordOutcome = Object.freeze({ status: 'done' });
export const UNHANDLED: RecordOutcome = Object.freeze({ status: 'unhandled' });

export function retryLater(reason: string): RetryLater {
  return { retryLater: reason };
}

export function deadLetter(reason: string, detail: string, { isPoison = true } = {}): DeadLetterOutcome {
  return { status: 'dead-letter', reason, detail, isPoison };
}

export function failed(error: unknown): FailedOutcome {
  return { status: 'failed', error };
}

/** Why a record has no outcome that would let the offset pass. */
export function errorIn(outcome: RecordOutcome | undefined): unknown {
  if (outcome?.status === 'failed') return outcome.error;
  return new TypeError('The outcome "unhandled" is for records after a failed one in their partition.');
}

/**
 * Checks that a handler returned a verdict on a batch of this size: a handler may be written without types. An element that is
 * not an outcome counts as a failure on its record.
 *
 * @throws TypeError with a description of the defect
 */
export function asVerdict(returned: unknown, batchSize: number): BatchVerdict {
  if (isRetryLater(returned)) return returned;
  if (!Array.isArray(returned))
    throw new TypeError('A batch handler must return a list of outcomes or retryLater(reason).');
  if (returned.length !== batchSize) {
    throw new TypeError(
      `A batch handler must return one outcome for each record: ${batchSize}, not ${returned.length}.`,
    );
  }
  // Not `some`: it leaves out the holes of a sparse array.
  const wrong = returned.findIndex((outcome) => !isOutcome(outcome));
  return wrong < 0 ? (returned as RecordOutcome[]) : Array.from(returned, asOutcome);
}

/** @param returned by a handler without types */
export function isRetryLater(returned: unknown): returned is RetryLater {
  return typeof (returned as RetryLater | undefined)?.retryLater === 'string';
}

/** @param returned by a handler without types */
export function asOutcome(returned: unknown): RecordOutcome {
  if (isOutcome(returned)) return returned;
  return failed(new TypeError('The outcome of a record must be DONE, deadLetter(reason, detail) or failed(error).'));
}

function isOutcome(outcome: unknown): outcome is RecordOutcome {
  const { status, reason, detail } = (outcome ?? {}) as Record<string, unknown>;
  if (status === 'dead-letter') return typeof reason === 'string' && typeof detail === 'string';
  return status === 'done' || status === 'failed' || status === 'unhandled';
}
