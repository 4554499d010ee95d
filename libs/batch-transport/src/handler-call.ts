import type { LogRecord } from '@sluice/event-log';
import { asVerdict, failed, retryLater, type BatchVerdict, type RecordOutcome } from './outcome.js';

export type BatchHandler = (batch: readonly LogRecord[]) => Promise<BatchVerdict>;

export interface Thrown {
  thrown: unknown;
}

/**
 * Calls the handler. A return value that is not a verdict is a defect of the handler and not of a record: the whole batch waits
 * until the handler is fixed.
 *
 * @param onDefect receives the description of the defect
 */
export async function callHandler(
  handler: BatchHandler,
  records: readonly LogRecord[],
  onDefect: (error: unknown) => void,
): Promise<BatchVerdict | Thrown> {
  let returned: unknown;
  try {
    returned = await handler(records);
  } catch (error) {
    return { thrown: error };
  }
  try {
    return asVerdict(returned, records.length);
  } catch (error) {
    onDefect(error);
    return retryLater('handler_failed');
  }
}

/** The thrown value is the outcome of the first record. */
export function outcomesIn(verdict: readonly RecordOutcome[] | Thrown): readonly RecordOutcome[] {
  return 'thrown' in verdict ? [failed(verdict.thrown)] : verdict;
}
