import { Inject, Injectable } from '@nestjs/common';
import {
  asReport,
  checkReport,
  encodeEvent,
  EVENT_HEADERS,
  EVENTS_TOPIC,
  MAX_PAYLOAD_BYTES,
  payloadSizeProblem,
  uuidV7,
  type DeviceReport,
  type IngestEvent,
  type ProblemEntry,
} from '@sluice/contracts';
import { EventLogError, EventPublisher, type LogEntry, type PublishOutcome } from '@sluice/event-log';
import { Clock } from '@sluice/async';
import { mayIngestFor } from '@sluice/ingest';
import { RateLimits, type Sender } from '../access/rate-limits.js';
import { mayNotIngestFor } from '../access/refusals.js';
import { LogReachability } from '../log-reachability.js';
import type { RequestTrace } from '../tracing/follow-traces.js';
import type { IngestSteps } from '../tracing/ingest-steps.js';
import type { Submission, SubmittedRecord } from './read-submission.js';
import { TimeSlice } from './time-slice.js';
import { confirmed, ErrorSpace, forbidden, rejected, unreadable, type Verdict } from './verdict.js';

/** A good record on its way to the log, and its place among the records of the request. */
interface PendingRecord {
  index: number;
  recordId: string;
  deviceId: string;
  entry: LogEntry;
}

/** What a request says besides its records. */
export interface RequestFacts {
  /** Left out where access is open. */
  sender?: Sender | undefined;
  /** Handed on to the consumers of its records. */
  trace?: RequestTrace | undefined;
}

/** When, from whom and in which trace a request arrived: the same for all of its records. */
interface Arrival {
  sender: Sender | undefined;
  atMs: number;
  atText: string;
  headers: Readonly<Record<string, string>>;
  /** Of all its rejected records. */
  space: ErrorSpace;
}

/** What a record costs besides its bytes, as bytes. */
const RECORD_COST = 128;

/** Gives every record of a submission its verdict; `accepted` only when the log has confirmed it. */
@Injectable()
export class IngestService {
  constructor(
    @Inject(EventPublisher) private readonly publisher: EventPublisher,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(LogReachability) private readonly reachability: LogReachability,
    @Inject(RateLimits) private readonly limits: RateLimits,
  ) {}

  /**
   * Nothing is published before all records have been read. Long work is divided into slices.
   *
   * @returns a verdict for each record, in their order; a log that does not confirm is the verdict `retry`, not an error
   * @throws ProblemError `invalid-json`
   */
  async ingest({ isBatch, records }: Submission, facts: RequestFacts): Promise<Verdict[]> {
    const arrival = this.arrival(facts);
    const verdicts = new Array<Verdict>(records.length);
    const pending: PendingRecord[] = [];
    const slice = new TimeSlice();
    for (let index = 0; index < records.length; index++) {
      if (slice.isOver(records.bytesOf(index) + RECORD_COST)) await slice.next();
      const checked = this.check(records.read(index), index, arrival, isBatch ? `/${index}` : '');
      if ('status' in checked) verdicts[index] = checked;
      else pending.push(checked);
    }
    const open = this.withinLimits(pending, verdicts);
    if (open.length > 0) await this.publish(open, verdicts, facts.trace?.steps);
    return verdicts;
  }

  private arrival({ sender, trace }: RequestFacts): Arrival {
    const atMs = this.clock.now();
    const headers = trace === undefined ? EVENT_HEADERS : { ...EVENT_HEADERS, traceparent: trace.traceParent };
    return { sender, atMs, atText: new Date(atMs).toISOString(), headers, space: new ErrorSpace() };
  }

  private check(record: SubmittedRecord, index: number, arrival: Arrival, place: string): PendingRecord | Verdict {
    if (record.state === 'unreadable') return unreadable(place, record.code, record.detail);
    if (record.state === 'excessive') return rejected(place, record.problems, arrival.space);
    const problems = problemsOf(record.value, record.problems);
    if (problems.length > 0) return rejected(place, problems, arrival.space);
    const event = toEvent(asReport(record.value), arrival);
    const value = encodeEvent(event, record.mayHaveNegativeZero);
    const oversize = value.length > MAX_PAYLOAD_BYTES ? payloadSizeProblem(event.data_payload) : undefined;
    if (oversize !== undefined) return rejected(place, [oversize]);
    const principal = arrival.sender?.principal;
    if (principal !== undefined && !mayIngestFor(principal, event.device_id)) {
      return forbidden(place, mayNotIngestFor(principal, event.device_id));
    }
    const key = Buffer.from(event.device_id, 'latin1');
    const entry = { key, value, headers: arrival.headers, timestampMs: arrival.atMs };
    return { index, recordId: event.record_id, deviceId: event.device_id, entry };
  }

  /** @returns those whose device has not spent its limit; the others get their verdict */
  private withinLimits(pending: readonly PendingRecord[], verdicts: Verdict[]): readonly PendingRecord[] {
    if (!this.limits.countDevices) return pending;
    return pending.filter(({ index, deviceId, entry }) => {
      const spent = this.limits.takeRecord(deviceId, entry.value!.length);
      if (spent !== undefined) verdicts[index] = { status: 'retry', ...spent };
      return spent === undefined;
    });
  }

  private async publish(pending: readonly PendingRecord[], verdicts: Verdict[], steps?: IngestSteps): Promise<void> {
    steps?.publishing(pending);
    const outcomes = await this.outcomesOf(pending.map(({ entry }) => entry));
    steps?.published(outcomes);
    this.reachability.note(outcomes);
    for (let at = 0; at < pending.length; at++) {
      const { index, recordId, deviceId } = pending[at]!;
      verdicts[index] = confirmed(recordId, deviceId, outcomes[at]!);
    }
  }

  private async outcomesOf(entries: readonly LogEntry[]): Promise<PublishOutcome[]> {
    try {
      return await this.publisher.publish(EVENTS_TOPIC, entries);
    } catch (error) {
      if (!(error instanceof EventLogError)) throw error;
      const { message: reason, failure } = error;
      return entries.map(() => ({ written: false, reason, ...(failure && { cause: failure }) }));
    }
  }
}

function problemsOf(value: unknown, changes: readonly ProblemEntry[]): readonly ProblemEntry[] {
  const problems = checkReport(value);
  return changes.length === 0 ? problems : [...changes, ...problems];
}

function toEvent(report: DeviceReport, { atMs, atText }: Arrival): IngestEvent {
  return {
    record_id: report.record_id ?? uuidV7(atMs),
    device_id: report.device_id,
    timestamp: report.timestamp,
    received_at: atText,
    data_payload: report.data_payload,
  };
}
