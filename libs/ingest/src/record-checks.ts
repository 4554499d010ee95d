import {
  asReport,
  checkReport,
  encodeEvent,
  MAX_PAYLOAD_BYTES,
  payloadSizeProblem,
  uuidV7,
  type DeviceReport,
  type IngestEvent,
} from '@sluice/contracts';
import { mayNotIngestFor } from './access/access-refusals.js';
import { mayIngestFor, type Principal } from './access/principal.js';
import type { SubmittedRecord } from './submission/read-submission.js';
import { forbidden, rejected, unreadable, type ErrorSpace, type Verdict } from './verdict.js';

/** What all records of a request have in common. */
export interface RecordContext {
  principal: Principal | undefined;
  /** When the request arrived, as a number and as the text of `received_at`. */
  atMs: number;
  atText: string;
  /** What the errors of its rejected records may take in the answer. */
  space: ErrorSpace;
}

/** One record on its way to the event log. A check may read what the checks before it have established. */
export class CandidateRecord {
  /** After {@link hasShape}. */
  event!: IngestEvent;
  /** The event as it is published; after {@link hasSize}. */
  value!: Buffer;

  constructor(
    readonly submitted: SubmittedRecord,
    /** Its place among the records of the request. */
    readonly index: number,
    private readonly isBatch: boolean,
  ) {}

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
  return unreadable(record.pointer, submitted.code, submitted.detail);
};

/** The rules of a device report. A record that keeps them becomes an event with its ids. */
const hasShape: RecordCheck = (record, context) => {
  const submitted = record.submitted;
  if (submitted.state !== 'read') return undefined;
  const found = checkReport(submitted.value);
  const problems = submitted.problems.length === 0 ? found : [...submitted.problems, ...found];
  if (problems.length > 0) return rejected(record.pointer, problems, context.space);
  record.event = eventOf(asReport(submitted.value), context);
  return undefined;
};

/** The size of the payload as it is published. Only a value that is larger as a whole needs a closer look. */
const hasSize: RecordCheck = (record) => {
  const { submitted, event } = record;
  record.value = encodeEvent(event, submitted.state === 'read' && submitted.mayHaveNegativeZero);
  const problem = record.value.length > MAX_PAYLOAD_BYTES ? payloadSizeProblem(event.data_payload) : undefined;
  return problem && rejected(record.pointer, [problem]);
};

/** Whether the sender may send for the device. */
const isOwned: RecordCheck = (record, { principal }) => {
  const { device_id: deviceId } = record.event;
  if (principal === undefined || mayIngestFor(principal, deviceId)) return undefined;
  return forbidden(record.pointer, mayNotIngestFor(principal, deviceId).detail);
};

/**
 * The checks of each record, in this order; the first that returns a verdict decides. Checks of payload schemas belong after the
 * shape. Limits of devices are charged after all records of a request have passed, because a request that turns out to be
 * unreadable costs its devices nothing: see `Ingestion`.
 */
export const RECORD_CHECKS: readonly RecordCheck[] = [isReadable, hasShape, hasSize, isOwned];

function eventOf(report: DeviceReport, { atMs, atText }: RecordContext): IngestEvent {
  return {
    record_id: report.record_id ?? uuidV7(atMs),
    device_id: report.device_id,
    timestamp: report.timestamp,
    received_at: atText,
    data_payload: report.data_payload,
  };
}
