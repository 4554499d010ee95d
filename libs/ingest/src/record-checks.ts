import {
  asReport,
  encodeEvent,
  PAYLOAD_SCHEMA_HEADER,
  payloadSizeProblem,
  uuidV7,
  type DeviceReport,
  type DeviceTime,
  type IngestEvent,
  type JsonObject,
  type ProblemEntry,
  type ReportCheck,
  type ReportRules,
} from '@sluice/contracts';
import type { LogEntry } from '@sluice/event-log';
import { mayNotIngestFor } from './access/access-refusals.js';
import { mayIngestFor, type Principal } from './access/principal.js';
import type { PlainEvents } from './submission/plain-events.js';
import type { SubmittedRecord, SubmittedRecords } from './submission/submission.js';
import { forbidden, rejected, unreadable, type ErrorSpace, type Verdict } from './verdict.js';

/** What all records of a request have in common. */
export interface RecordContext {
  principal: Principal | undefined;
  /** When the request arrived, as a number and as the text of `received_at`. */
  atMs: number;
  atText: string;
  rules: ReportRules;
  check: ReportCheck;
  /** The events of its plain records. */
  plainEvents: PlainEvents | undefined;
  /** What the errors of its rejected records may take in the answer. */
  space: ErrorSpace;
}

/**
 * A record on its way to the event log, one of a request after the other: an object for each would be garbage. A check may read what the
 * checks before it have established, and keeps nothing of it.
 */
export class CandidateRecord {
  /** Its place among the records of the request. */
  index = -1;
  /** This and the next one after {@link hasShape}. */
  deviceId!: string;
  recordId!: string;
  /** The event as it is published; after {@link hasSize}. */
  value!: Buffer;
  /** The bytes of the device_id, where they are at hand. */
  key: Buffer | undefined;
  /** Name of the schema that its payload fits, if its device has one. */
  payloadSchema: string | undefined;

  #submitted: SubmittedRecord | undefined;
  #event: IngestEvent | undefined;

  constructor(
    private readonly records: SubmittedRecords,
    private readonly isBatch: boolean,
  ) {}

  /** Goes on to another record. */
  moveTo(index: number): void {
    this.index = index;
    this.key = this.payloadSchema = this.#submitted = this.#event = undefined;
  }

  /** @throws RefusedError `invalid-json` */
  get submitted(): SubmittedRecord {
    return (this.#submitted ??= this.records.read(this.index));
  }

  /** Where it is not plain. */
  get event(): IngestEvent {
    return this.#event!;
  }

  set event(event: IngestEvent) {
    this.#event = event;
    this.deviceId = event.device_id;
    this.recordId = event.record_id;
  }

  get payload(): JsonObject {
    if (this.#event !== undefined) return this.#event.data_payload;
    const { submitted } = this;
    return submitted.state === 'read' ? asReport(submitted.value).data_payload : {};
  }

  /**
   * Writes the event of a record that keeps the rules of a report by its form. It is parsed only if its payload is needed.
   *
   * @returns whether it is such a record: then it needs none of the {@link REPORT_CHECKS}
   */
  writePlain({ plainEvents }: RecordContext): boolean {
    const plain = plainEvents?.of(this.index);
    if (plain === undefined) return false;
    const { deviceId, recordId, key, value } = plain;
    this.deviceId = deviceId;
    this.recordId = recordId;
    this.key = key;
    this.value = value;
    return true;
  }

  /**
   * Makes the value of a record with large numbers, or with a number as its timestamp, exact. Whole numbers that a double could change
   * were read exactly at once: other large ones only have to be written with care.
   *
   * @param needsTimeText whether the text of its timestamp is needed
   * @returns whether it was read again
   */
  readExactly(needsTimeText: boolean): boolean {
    const { submitted } = this;
    if (submitted.state !== 'read' || submitted.isExact) return false;
    this.#submitted = needsTimeText ? this.records.read(this.index, true) : { ...submitted, mayHaveRareNumbers: true };
    return needsTimeText;
  }

  /** JSON Pointer to the record in the body; empty for a single one. */
  get pointer(): string {
    return this.isBatch ? `/${this.index}` : '';
  }
}

/** @returns the verdict of a record that does not pass, or `undefined` */
export type RecordCheck = (record: CandidateRecord, context: RecordContext) => Verdict | undefined;

const isReadable: RecordCheck = (record, { space }) => {
  const { submitted } = record;
  if (submitted.state === 'read') return undefined;
  if (submitted.state === 'excessive') return rejected(record.pointer, submitted.problems, space);
  return unreadable(record.pointer, submitted);
};

/** The rules of a device report. A record that keeps them becomes an event with its ids. */
const hasShape: RecordCheck = (record, context) => {
  const { check } = context;
  let problems = shapeProblems(record, context);
  const isLarge = check.hasLargeNumbers || check.needsTimeText;
  if (isLarge && record.readExactly(check.needsTimeText)) problems = shapeProblems(record, context);
  if (problems.length > 0) return rejected(record.pointer, problems, context.space);
  if (record.submitted.state === 'read') record.event = eventOf(asReport(record.submitted.value), context);
  return undefined;
};

function shapeProblems({ submitted }: CandidateRecord, { check }: RecordContext): readonly ProblemEntry[] {
  if (submitted.state !== 'read') return [];
  const found = check.problemsOf(submitted.value, submitted.fieldNumbers);
  return submitted.problems.length === 0 ? found : [...submitted.problems, ...found];
}

/** The size of the payload as it is published. Only a value that is larger as a whole needs a closer look. */
const hasSize: RecordCheck = (record, { rules: { limits } }) => {
  const { submitted, event } = record;
  record.value = encodeEvent(event, submitted.state === 'read' && submitted.mayHaveRareNumbers);
  const isLarge = record.value.length > limits.maxBytes;
  const problem = isLarge ? payloadSizeProblem(event.data_payload, limits) : undefined;
  return problem && rejected(record.pointer, [problem]);
};

/** The checks that make an event of a report. */
export const REPORT_CHECKS: readonly RecordCheck[] = [isReadable, hasShape, hasSize];

/** Whether the sender may send for the device. */
const isOwned: RecordCheck = (record, { principal }) => {
  const { deviceId } = record;
  if (principal === undefined || mayIngestFor(principal, deviceId)) return undefined;
  return forbidden(record.pointer, mayNotIngestFor(principal, deviceId).detail);
};

/**
 * The checks of each record, in this order; the first that returns a verdict decides. The check of payload schemas comes after these.
 * Limits of devices are charged after all records of a request have passed, because a request that turns out to be unreadable costs
 * its devices nothing: see `Ingestion`.
 */
export const RECORD_CHECKS: readonly RecordCheck[] = [...REPORT_CHECKS, isOwned];

function eventOf(report: DeviceReport, { atMs, atText, check: { time } }: RecordContext): IngestEvent {
  const event = {
    record_id: report.record_id ?? uuidV7(atMs),
    device_id: report.device_id,
    timestamp: report.timestamp as string,
    received_at: atText,
    data_payload: report.data_payload,
  };
  return time === undefined ? event : withTime(event, time);
}

function withTime(event: IngestEvent, { timestamp, sent, source }: DeviceTime): IngestEvent {
  const original = sent === undefined ? {} : { timestamp_sent: sent };
  return { ...event, timestamp: timestamp ?? event.received_at, ...original, timestamp_source: source };
}

/** A record that has passed its checks, as an entry of the event log. */
export interface PassedRecord extends LogEntry {
  index: number;
  recordId: string;
  deviceId: string;
  key: Buffer;
  value: Buffer;
}

/** @param shared headers of all records of the request */
export function passedOf(
  { index, deviceId, recordId, key, value, payloadSchema }: CandidateRecord,
  timestampMs: number,
  shared: Readonly<Record<string, string>>,
): PassedRecord {
  const headers = payloadSchema === undefined ? shared : { ...shared, [PAYLOAD_SCHEMA_HEADER]: payloadSchema };
  return { index, recordId, deviceId, key: key ?? Buffer.from(deviceId, 'latin1'), value, headers, timestampMs };
}
