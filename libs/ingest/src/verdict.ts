import {
  cutText,
  MAX_CHANGES,
  MAX_POINTER_LENGTH,
  problemOf,
  type Problem,
  type ProblemEntry,
} from '@sluice/contracts';
import type { UnreadableRecord } from './submission/submission.js';
import type { FailureCause, PublishOutcome } from '@sluice/event-log';

/** Where the event log keeps a record. */
type Written = Extract<PublishOutcome, { written: true }>;

/**
 * The result of one record of a request. `retry`: send it again. Without a problem, the log did not acknowledge it; it may be there all
 * the same. With one, it was not accepted.
 */
export type Verdict =
  | { status: 'accepted'; recordId: string; deviceId: string; place: Written }
  | { status: 'rejected'; problem: Problem }
  | { status: 'retry'; problem?: Problem; retryAfterSeconds?: number; cause?: FailureCause };

/** Most problems that are listed for one record; the detail says how many there are. */
const MAX_ENTRIES = 16;

const RETRY: Verdict = Object.freeze({ status: 'retry' });

/** Longest pointer of a record whose problems have no space in the answer any more. */
const MAX_SHORT_POINTER_LENGTH = 64;
/** Of one entry, besides its pointer and its detail. */
const ENTRY_LENGTH = 64;

/**
 * What the errors of the rejected records of one request may take, in characters of JSON. When it is used up, a record gets its first
 * error only, with a short pointer.
 */
export class ErrorSpace {
  #left: number;

  constructor(characters = 1024 * 1024) {
    this.#left = characters;
  }

  /** @returns whether there was space for them */
  reserve(entries: readonly ProblemEntry[]): boolean {
    if (this.#left <= 0) return false;
    for (const { pointer, detail } of entries) {
      this.#left -= JSON.stringify(pointer).length + detail.length + ENTRY_LENGTH;
    }
    return this.#left > 0;
  }
}

/** @param place JSON Pointer to the record in the body: empty for a single one */
export function rejected(place: string, entries: readonly ProblemEntry[], space = new ErrorSpace()): Verdict {
  let errors = entries.slice(0, MAX_ENTRIES).map((entry) => placed(entry, place, MAX_POINTER_LENGTH));
  if (!space.reserve(errors)) errors = [placed(entries[0]!, place, MAX_SHORT_POINTER_LENGTH)];
  const first = entries[0]!.detail;
  const detail = entries.length === 1 ? first : `${first} ${countOf(entries)} things are wrong in all.`;
  return { status: 'rejected', problem: problemOf('invalid-record', detail, { errors }) };
}

function placed({ pointer, code, detail }: ProblemEntry, place: string, maxLength: number): ProblemEntry {
  return { pointer: cutText(place + pointer, maxLength), code, detail };
}

/** Reading a record counts no further than this. */
function countOf({ length }: readonly ProblemEntry[]): string {
  return length < MAX_CHANGES ? String(length) : `At least ${MAX_CHANGES}`;
}

/** For a line that is no record at all. */
export function unreadable(place: string, { code, detail, entry }: UnreadableRecord): Verdict {
  const errors = [entry ?? { pointer: place, code, detail }];
  return { status: 'rejected', problem: problemOf(code, detail, { errors }) };
}

/** For a record whose payload does not fit the schema of its device. @param violations pointers are below the record */
export function violating(place: string, violations: readonly ProblemEntry[], space: ErrorSpace): Verdict {
  let errors = violations.map((entry) => ({ ...entry, pointer: cutText(place + entry.pointer, MAX_POINTER_LENGTH) }));
  if (!space.reserve(errors)) errors = errors.slice(0, 1);
  return { status: 'rejected', problem: problemOf('schema-violation', violations[0]!.detail, { errors }) };
}

/** For a record of a device that the sender may not send for. */
export function forbidden(place: string, detail: string): Verdict {
  const errors = [{ pointer: `${place}/device_id`, code: 'forbidden', detail }];
  return { status: 'rejected', problem: problemOf('forbidden', detail, { errors }) };
}

export function confirmed(recordId: string, deviceId: string, outcome: PublishOutcome): Verdict {
  if (!outcome.written) return outcome.cause === undefined ? RETRY : { status: 'retry', cause: outcome.cause };
  return { status: 'accepted', recordId, deviceId, place: outcome };
}
