/**
 * What a handler says of one log record. `done`: whatever it stands for is durable (or there is nothing to keep), so the position may
 * pass it. `dead-letter`: it can never be handled; it goes to the dead-letter topic first, then the position passes it.
 */
export type RecordOutcome = { status: 'done' } | DeadLetterOutcome;

export interface DeadLetterOutcome {
  status: 'dead-letter';
  /** A stable code. */
  reason: string;
  /** For people; no payload. */
  detail: string;
  /** Whether many of these mean a bad deploy. False for what a single client can cause at will. */
  isPoison: boolean;
}

/** Nothing of the batch counts as handled; the same records come again after a delay. `reason` is a stable code for people. */
export interface RetryLater {
  retryLater: string;
}

/** One outcome for each record, in the order of the batch; or none of them. */
export type BatchVerdict = readonly RecordOutcome[] | RetryLater;

export const DONE: RecordOutcome = Object.freeze({ status: 'done' });

export function retryLater(reason: string): RetryLater {
  return { retryLater: reason };
}

export function deadLetter(reason: string, detail: string, { isPoison = true } = {}): DeadLetterOutcome {
  return { status: 'dead-letter', reason, detail, isPoison };
}

/**
 * What a handler returned, if it is a verdict on a batch of this size: a handler may be written without types.
 *
 * @throws TypeError that says what is wrong with it
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
  const wrong = returned.findIndex((outcome) => !isOutcome(outcome));
  if (wrong >= 0) throw new TypeError(`The outcome at index ${wrong} is neither DONE nor deadLetter(reason, detail).`);
  return returned as RecordOutcome[];
}

/** Of what a handler without types returned. */
export function isRetryLater(returned: unknown): returned is RetryLater {
  return typeof (returned as RetryLater | undefined)?.retryLater === 'string';
}

function isOutcome(outcome: unknown): boolean {
  const { status, reason, detail } = (outcome ?? {}) as Record<string, unknown>;
  if (status === 'dead-letter') return typeof reason === 'string' && typeof detail === 'string';
  return status === 'done';
}
