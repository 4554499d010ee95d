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
} from '#contracts';
import { EventLogError, EventPublisher, type LogEntry, type PublishOutcome } from '#event-log';
import { Clock } from '#runtime';
import { mayIngestFor } from '#access';
import { RateLimits, type Sender } from '../access/rate-limits.js';
import { mayNotIngestFor } from '../access/refusals.js';
import { LogReachability } from '../log-reachability.js';
import type { RequestTrace } from '../tracing/follow-traces.js';
import type { IngestSteps } from '../tracing/ingest-steps.js';
import type { Submission, SubmittedRecord } from './read-submission.js';
import { confirmed, forbidden, rejected, unreadable, type Verdict } from './verdict.js';

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
}

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
   * @returns a verdict for each record, in their order; a log that does not confirm is the verdict `retry`, not an error
   */
  async ingest({ isBatch, records }: Submission, facts: RequestFacts): Promise<Verdict[]> {
    const arrival = this.arrival(facts);
    const verdicts = new Array<Verdict>(records.length);
    const pending: PendingRecord[] = [];
    for (let index = 0; index < records.length; index++) {
      const checked = this.check(records[index]!, index, arrival, isBatch ? `/${index}` : '');
      if ('status' in checked) verdicts[index] = checked;
      else pending.push(checked);
    }
    if (pending.length > 0) await this.publish(pending, verdicts, facts.trace?.steps);
    return verdicts;
  }

  private arrival({ sender, trace }: RequestFacts): Arrival {
    const atMs = this.clock.now();
    const headers = trace === undefined ? EVENT_HEADERS : { ...EVENT_HEADERS, traceparent: trace.traceParent };
    return { sender, atMs, atText: new Date(atMs).toISOString(), headers };
  }

  private check(record: SubmittedRecord, index: number, arrival: Arrival, place: string): PendingRecord | Verdict {
    if (!record.isReadable) return unreadable(place, record.code, record.detail);
    const problems = problemsOf(record.value, record.problems);
    if (problems.length > 0) return rejected(place, problems);
    const event = toEvent(asReport(record.value), arrival);
    const value = encodeEvent(event);
    const oversize = value.length > MAX_PAYLOAD_BYTES ? payloadSizeProblem(event.data_payload) : undefined;
    if (oversize !== undefined) return rejected(place, [oversize]);
    const refusal = this.refusalOf(event.device_id, value.length, arrival.sender, place);
    if (refusal !== undefined) return refusal;
    const key = Buffer.from(event.device_id, 'latin1');
    const entry = { key, value, headers: arrival.headers, timestampMs: arrival.atMs };
    return { index, recordId: event.record_id, deviceId: event.device_id, entry };
  }

  /** Why a good record is not taken all the same: its device is not the sender's, or has spent its limit. */
  private refusalOf(deviceId: string, bytes: number, sender: Sender | undefined, place: string): Verdict | undefined {
    const principal = sender?.principal;
    if (principal !== undefined && !mayIngestFor(principal, deviceId)) {
      return forbidden(place, mayNotIngestFor(principal, deviceId));
    }
    const spent = this.limits.countDevices ? this.limits.takeRecord(deviceId, bytes) : undefined;
    return spent && { status: 'retry', ...spent };
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
