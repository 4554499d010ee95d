import { encodeReceipt, problemOf, type Problem, type ProblemEntry } from '#contracts';
import type { FailureCause, PublishOutcome } from '#event-log';

/**
 * What became of one record of a request. `retry`: send it again. Without a problem, the log did not confirm it; it may be there all
 * the same. With one, it was not taken.
 */
export type Verdict =
  | { status: 'accepted'; recordId: string; deviceId: string; receipt: string }
  | { status: 'rejected'; problem: Problem }
  | { status: 'retry'; problem?: Problem; retryAfterSeconds?: number; cause?: FailureCause };

/** Most problems that are listed for one record; the detail says how many there are. */
const MAX_ENTRIES = 16;

const RETRY: Verdict = Object.freeze({ status: 'retry' });

/** @param place JSON Pointer to the record in the body: empty for a single one */
export function rejected(place: string, entries: readonly ProblemEntry[]): Verdict {
  const errors = entries.slice(0, MAX_ENTRIES).map((entry) => ({ ...entry, pointer: place + entry.pointer }));
  const first = entries[0]!.detail;
  const detail = entries.length === 1 ? first : `${first} ${entries.length} things are wrong in all.`;
  return { status: 'rejected', problem: problemOf('invalid-record', detail, { errors }) };
}

/** For a line that is no record at all. */
export function unreadable(place: string, code: 'invalid-json' | 'invalid-utf8', detail: string): Verdict {
  return { status: 'rejected', problem: problemOf(code, detail, { errors: [{ pointer: place, code, detail }] }) };
}

/** For a record of a device that the sender may not speak for. */
export function forbidden(place: string, detail: string): Verdict {
  const errors = [{ pointer: `${place}/device_id`, code: 'forbidden', detail }];
  return { status: 'rejected', problem: problemOf('forbidden', detail, { errors }) };
}

export function confirmed(recordId: string, deviceId: string, outcome: PublishOutcome): Verdict {
  if (!outcome.written) return outcome.cause === undefined ? RETRY : { status: 'retry', cause: outcome.cause };
  return { status: 'accepted', recordId, deviceId, receipt: encodeReceipt(outcome.partition, outcome.offset) };
}
