import {
  copyBytes,
  encodeReceipt,
  MAX_RECEIPT_BYTES,
  problemOf,
  type Problem,
  type ProblemEntry,
  writeReceipt,
} from '@sluice/contracts';
import { explainFailure, type FailureCause } from '@sluice/event-log';
import { ProblemError } from '@sluice/http';
import type { Verdict } from '@sluice/ingest';

type Accepted = Extract<Verdict, { status: 'accepted' }>;
type Rejected = Extract<Verdict, { status: 'rejected' }>;
type Retry = Extract<Verdict, { status: 'retry' }>;

/** An answer in which something was accepted or ignored. All others are a {@link ProblemError}. */
export interface Answer {
  status: 200 | 202 | 207;
  /** JSON. */
  body: string | Buffer;
  /** Some records are to be sent again after this many seconds. */
  retryAfterSeconds?: number;
}

/** The log is usually back after a leader has moved, which takes a broker a second or two. */
const RETRY_AFTER_SECONDS = 2;

const UNKNOWN_CAUSE = 'The event log did not acknowledge in time';
const SEND_AGAIN = 'so the outcome is unknown: send it again. With the same record_id, nothing is stored twice.';

/** Every client may read it: the cause in fixed words, without a host or a message of the log's client. */
function notConfirmed(cause: FailureCause | undefined): string {
  const what = cause === undefined ? UNKNOWN_CAUSE : `The event log did not acknowledge (${explainFailure(cause)})`;
  return `${what}, ${SEND_AGAIN}`;
}

/** @throws ProblemError `invalid-record`, `forbidden`, `rate-limited`, `log-unavailable` */
export function answerToOne(verdict: Verdict): Answer {
  if (verdict.status === 'accepted') return { status: 202, body: `{${acceptedMembers(verdict, true)}}` };
  if (verdict.status === 'retry') throw toBeRepeated([verdict], []);
  const { code, detail, errors = [] } = verdict.problem;
  throw new ProblemError(code, detail, { errors });
}

/**
 * @throws ProblemError `log-unavailable`, `rate-limited` if nothing was accepted and something may be; `invalid-record`, `forbidden`
 *   if nothing ever will be
 */
export function answerToMany(verdicts: readonly Verdict[]): Answer {
  return verdicts.every(isPlainlyAccepted) ? answerToAccepted(verdicts) : answerToSome(verdicts);
}

const [INDEX, RECORD_ID, RECEIPT, RESULT_END, END] = [
  '{"index":',
  ',"record_id":"',
  '","status":"accepted","receipt":"',
  '"}',
  ']}',
].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer, Buffer, Buffer];
/** One result without its id, with a comma and the most digits that an index has. */
const RESULT_BYTES = INDEX.length + RECORD_ID.length + RECEIPT.length + MAX_RECEIPT_BYTES + RESULT_END.length + 11;
const COMMA = 0x2c;

/** Byte by byte what the text would be: making that costs twice the time, and garbage for each record. */
function answerToAccepted(verdicts: readonly Accepted[]): Answer {
  const head = `{"accepted":${verdicts.length},"rejected":0,"results":[`;
  let bytes = head.length + END.length;
  for (const { recordId } of verdicts) bytes += RESULT_BYTES + recordId.length;
  const body = Buffer.allocUnsafe(bytes);
  let at = writeAscii(head, body, 0);
  for (let index = 0; index < verdicts.length; index++) {
    const { recordId, place } = verdicts[index]!;
    if (index > 0) body[at++] = COMMA;
    at = copyBytes(INDEX, 0, INDEX.length, body, at);
    at = writeAscii(String(index), body, at);
    at = copyBytes(RECORD_ID, 0, RECORD_ID.length, body, at);
    at += body.write(recordId, at, 'latin1');
    at = copyBytes(RECEIPT, 0, RECEIPT.length, body, at);
    at = writeReceipt(place.partition, place.offset, body, at);
    at = copyBytes(RESULT_END, 0, RESULT_END.length, body, at);
  }
  return { status: 202, body: body.subarray(0, copyBytes(END, 0, END.length, body, at)) };
}

/** For a few characters. */
function writeAscii(text: string, to: Buffer, start: number): number {
  let at = start;
  for (let index = 0; index < text.length; index++) to[at++] = text.charCodeAt(index);
  return at;
}

/** Accepted, with an id that JSON writes as it is. */
function isPlainlyAccepted(verdict: Verdict): verdict is Accepted {
  return verdict.status === 'accepted' && !ESCAPED.test(verdict.recordId);
}

/** @throws as {@link answerToMany} */
function answerToSome(verdicts: readonly Verdict[]): Answer {
  const rejected = verdicts.filter((verdict) => verdict.status === 'rejected');
  const retries = verdicts.filter((verdict) => verdict.status === 'retry');
  const accepted = verdicts.length - rejected.length - retries.length;
  const isRetried = retries.length > 0;
  if (accepted === 0) throw isRetried ? toBeRepeated(retries, entriesOf(rejected)) : noneTaken(rejected);
  const counts = `"accepted":${accepted},"rejected":${rejected.length}${isRetried ? `,"retry":${retries.length}` : ''}`;
  const body = `{${counts},"results":[${resultsText(verdicts)}]}`;
  if (isRetried) return { status: 207, body, retryAfterSeconds: secondsUntil(retries) };
  return { status: rejected.length > 0 ? 207 : 202, body };
}

function resultsText(verdicts: readonly Verdict[]): string {
  let text = '';
  for (let index = 0; index < verdicts.length; index++) {
    if (index > 0) text += ',';
    text += resultText(verdicts[index]!, index);
  }
  return text;
}

function resultText(verdict: Verdict, index: number): string {
  if (verdict.status === 'accepted') return `{"index":${index},${acceptedMembers(verdict, false)}}`;
  return `{"index":${index},"status":"${verdict.status}","problem":${JSON.stringify(problemIn(verdict))}}`;
}

function problemIn(verdict: Rejected | Retry): Problem {
  if (verdict.status === 'rejected') return verdict.problem;
  return verdict.problem ?? problemOf('log-unavailable', notConfirmed(verdict.cause));
}

/** A device_id and a receipt have no character that JSON escapes; a record_id of the client's may. */
function acceptedMembers({ recordId, deviceId, place }: Accepted, withDevice: boolean): string {
  const device = withDevice ? `"device_id":"${deviceId}",` : '';
  const receipt = encodeReceipt(place.partition, place.offset);
  return `"record_id":${quoted(recordId)},${device}"status":"accepted","receipt":"${receipt}"`;
}

/** What JSON escapes of printable ASCII. */
const ESCAPED = /["\\]/;

function quoted(recordId: string): string {
  return ESCAPED.test(recordId) ? JSON.stringify(recordId) : `"${recordId}"`;
}

/** If the log has not acknowledged some of them, this is the answer for all: their outcome is the unknown one. */
function toBeRepeated(retries: readonly Retry[], errors: readonly ProblemEntry[]): ProblemError {
  const unconfirmed = retries.find(({ problem }) => problem === undefined);
  const { code, detail } = problemIn(unconfirmed ?? retries[0]!);
  const extras = errors.length > 0 ? { errors } : {};
  return new ProblemError(code, detail, { ...extras, retryAfterSeconds: secondsUntil(retries) });
}

function secondsUntil(retries: readonly Retry[]): number {
  return retries.reduce((most, { retryAfterSeconds = RETRY_AFTER_SECONDS }) => Math.max(most, retryAfterSeconds), 1);
}

function noneTaken(rejected: readonly Rejected[]): ProblemError {
  const errors = entriesOf(rejected);
  if (rejected.every(({ problem }) => problem.code === 'forbidden')) {
    return new ProblemError('forbidden', rejected[0]!.problem.detail, { errors });
  }
  const detail = `None of the ${rejected.length} records is valid; errors lists the faults, each pointer begins with the index of its record.`;
  return new ProblemError('invalid-record', detail, { errors });
}

function entriesOf(rejected: readonly Rejected[]): ProblemEntry[] {
  return rejected.flatMap(({ problem }) => problem.errors ?? []);
}
