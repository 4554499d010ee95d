import type { Clock } from '@sluice/async';
import {
  EVENT_HEADERS,
  REPORT_RULES,
  ReportCheck,
  timestampOf,
  type ProblemCode,
  type ReportRules,
  uuidV7,
} from '@sluice/contracts';
import { EventLogError, type EventPublisher, type LogEntry, type PublishOutcome } from '@sluice/event-log';
import type { Arrival, PublishSteps } from './arrival.js';
import type { Charge, Cost } from './limits/charge.js';
import type { DeviceCost, RateLimits } from './limits/rate-limits.js';
import type { LogReachability } from './log-reachability.js';
import type { Admission, Ticket } from './overload/admission.js';
import type { LoadShedding, RequestLoad } from './overload/load-shedding.js';
import {
  CandidateRecord,
  type PassedRecord,
  passedOf,
  RECORD_CHECKS,
  type RecordCheck,
  type RecordContext,
  REPORT_CHECKS,
} from './record-checks.js';
import { isOurFault, RefusedError, type Refusal } from './refusal.js';
import type { Submission, SubmittedRecords } from './submission/submission.js';
import { fitsSchema, type PayloadSchemas } from './schemas/schema-check.js';
import { TimeSlice } from './submission/time-slice.js';
import { confirmed, ErrorSpace, type Verdict } from './verdict.js';

export interface IngestionParts {
  admission: Admission;
  shedding: LoadShedding;
  limits: RateLimits;
  publisher: EventPublisher;
  reachability: LogReachability;
  clock: Clock;
  /** Left out: the defaults of the contract. */
  rules?: ReportRules;
  /** Left out: payloads are free-form. */
  schemas?: PayloadSchemas | undefined;
}

/** What a record costs besides its bytes, as bytes. */
const RECORD_COST = 128;

/** The declared cost of a request, from its headers. */
export function declaredCost({ declaredBytes }: RequestLoad): Cost {
  return { records: 1, bytes: declaredBytes };
}

/**
 * The core of ingest: every transport passes its records to it, and each record gets its verdict. A record is `accepted` only when
 * the event log has acknowledged it.
 */
export class Ingestion {
  /** The checks of a record whose event is written without parsing it. */
  private readonly eventChecks: readonly RecordCheck[];

  constructor(
    private readonly parts: IngestionParts,
    private readonly checks: readonly RecordCheck[] = checksOf(parts),
  ) {
    this.eventChecks = checks.filter((check) => !REPORT_CHECKS.includes(check));
  }

  /**
   * Handles a request whose records are in memory. A transport that receives a body piece by piece takes the same steps
   * itself: the limits and the load by the head, {@link enter}, then {@link Visit}.
   *
   * @returns a verdict for each record, in their order
   * @throws RefusedError if the request as a whole is not taken
   */
  async submit(records: Submission, arrival: Arrival): Promise<Verdict[]> {
    const charge = this.parts.limits.chargeOf(arrival);
    await charge.prepare(declaredCost(arrival));
    refuseIf(charge.refusalOf(declaredCost(arrival)) ?? this.parts.shedding.refusalOf(arrival));
    const visit = this.enter(arrival, charge);
    try {
      refuseIf(visit.ticket.holdBytes(arrival.declaredBytes));
      visit.ticket.begin();
      return await visit.submit(records, arrival.declaredBytes);
    } catch (error) {
      visit.fail(error instanceof RefusedError ? error.code : undefined, declaredCost(arrival));
      throw error;
    } finally {
      visit.close();
      charge.release();
    }
  }

  /**
   * Admits a request by its headers, if there is room for it and its sender has quota left.
   *
   * @throws RefusedError `overloaded`, `rate-limited`
   */
  enter(arrival: Arrival, charge: Charge): Visit {
    const ticket = this.parts.admission.enter(arrival.declaredBytes);
    const refusal = charge.reserve(declaredCost(arrival));
    if (refusal === undefined) return new Visit(this, arrival, ticket, charge);
    ticket.close();
    throw new RefusedError(refusal);
  }

  /**
   * For {@link Visit}. Nothing is published before all records have been read. Long work is divided into slices.
   *
   * @returns a verdict for each record, in their order; `retry` for those that the event log has not confirmed
   * @throws RefusedError `invalid-json`
   */
  async judge({ isBatch, records, isClockless = false }: Submission, arrival: Arrival): Promise<Verdict[]> {
    const context = this.contextOf(arrival, records, isClockless);
    const headers = headersOf(arrival);
    const verdicts = new Array<Verdict>(records.length);
    const passed: PassedRecord[] = [];
    const record = new CandidateRecord(records, isBatch);
    const slice = new TimeSlice();
    for (let index = 0; index < records.length; index++) {
      if (slice.isOver(records.bytesOf(index) + RECORD_COST)) await slice.next();
      record.moveTo(index);
      const verdict = this.firstObjection(record, context);
      if (verdict === undefined) passed.push(passedOf(record, context.atMs, headers));
      else verdicts[index] = verdict;
    }
    const leased = this.parts.limits.prepareDevices(costsOf(passed));
    if (leased !== undefined) await leased;
    const open = this.withinLimits(passed, verdicts);
    const areWritten = open.length === 0 || (await this.publish(open, verdicts, arrival.trace?.steps));
    // Without a confirmation, the event log may still be sending them.
    if (areWritten) context.plainEvents?.release();
    return verdicts;
  }

  private contextOf({ principal }: Arrival, records: SubmittedRecords, isClockless: boolean): RecordContext {
    const atMs = this.parts.clock.now();
    const { rules: own = REPORT_RULES } = this.parts;
    const rules = isClockless ? withoutClock(own) : own;
    const atText = timestampOf(atMs);
    const plainEvents = records.plainEvents?.(atText, () => uuidV7(atMs));
    return { principal, atMs, atText, rules, check: new ReportCheck(rules), plainEvents, space: new ErrorSpace() };
  }

  private firstObjection(record: CandidateRecord, context: RecordContext): Verdict | undefined {
    for (const check of record.writePlain(context) ? this.eventChecks : this.checks) {
      const verdict = check(record, context);
      if (verdict !== undefined) return verdict;
    }
    return undefined;
  }

  /** @returns those whose device has not spent its limit; the others get their verdict */
  private withinLimits(passed: readonly PassedRecord[], verdicts: Verdict[]): readonly PassedRecord[] {
    const { limits } = this.parts;
    if (!limits.countDevices) return passed;
    const open = passed.filter(({ index, deviceId, value }) => {
      const spent = limits.chargeDevice(deviceId, value.length);
      if (spent !== undefined) verdicts[index] = { status: 'retry', ...spent };
      return spent === undefined;
    });
    limits.releaseDevices(costsOf(passed));
    return open;
  }

  /** @returns whether the event log has confirmed all of them */
  private async publish(records: readonly PassedRecord[], verdicts: Verdict[], steps?: PublishSteps): Promise<boolean> {
    steps?.publishing(records);
    const outcomes = await this.outcomesOf(records);
    steps?.published(outcomes);
    this.parts.reachability.note(outcomes);
    for (let at = 0; at < records.length; at++) {
      const { index, recordId, deviceId } = records[at]!;
      verdicts[index] = confirmed(recordId, deviceId, outcomes[at]!);
    }
    return outcomes.every(({ written }) => written);
  }

  private async outcomesOf(entries: readonly LogEntry[]): Promise<PublishOutcome[]> {
    try {
      const { publisher } = this.parts;
      return await publisher.publish(publisher.names.events, entries);
    } catch (error) {
      if (!(error instanceof EventLogError)) throw error;
      const { message: reason, failure } = error;
      return entries.map(() => ({ written: false, reason, ...(failure && { cause: failure }) }));
    }
  }
}

/** One request that was admitted, until its records have their verdicts. Close it exactly once. */
export class Visit {
  constructor(
    private readonly ingestion: Ingestion,
    private readonly arrival: Arrival,
    /** Its share of memory: call `holdBytes` as the body arrives and `begin` when all of it has. */
    readonly ticket: Ticket,
    private readonly charge: Charge,
  ) {}

  /**
   * @param bytes length of the body as it was read
   * @throws RefusedError `rate-limited` if other requests have spent a limit meanwhile; `invalid-json`
   */
  submit(submission: Submission, bytes: number): Promise<Verdict[]> {
    const cost = { records: submission.records.length, bytes };
    const leased = this.charge.prepare(cost);
    return leased === undefined ? this.settled(submission, cost) : leased.then(() => this.settled(submission, cost));
  }

  private settled(submission: Submission, cost: Cost): Promise<Verdict[]> {
    refuseIf(this.charge.settle(cost));
    return this.ingestion.judge(submission, this.arrival);
  }

  /**
   * Charges a request that ends before {@link submit}: what has arrived. A request that the service could not take costs nothing.
   *
   * @param code why it ends; `undefined` for an error of ours
   * @param cost what has arrived
   */
  fail(code: ProblemCode | undefined, cost: Cost): void {
    this.charge.close(code === undefined || isOurFault(code) ? {} : cost);
  }

  close(): void {
    this.ticket.close();
  }
}

function checksOf({ schemas }: IngestionParts): readonly RecordCheck[] {
  return schemas === undefined ? RECORD_CHECKS : [...RECORD_CHECKS, fitsSchema(schemas)];
}

function refuseIf(refusal: Refusal | undefined): void {
  if (refusal !== undefined) throw new RefusedError(refusal);
}

function withoutClock(rules: ReportRules): ReportRules {
  return { ...rules, times: { ...rules.times, missingTimestamp: 'received' } };
}

function* costsOf(records: readonly PassedRecord[]): Generator<DeviceCost> {
  for (const { deviceId, value } of records) yield { deviceId, bytes: value.length };
}

function headersOf({ trace }: Arrival): Readonly<Record<string, string>> {
  return trace === undefined ? EVENT_HEADERS : { ...EVENT_HEADERS, traceparent: trace.traceParent };
}
