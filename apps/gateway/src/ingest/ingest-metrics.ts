import { Inject, Injectable, Optional } from '@nestjs/common';
import { Counter, Gauge, Registry } from 'prom-client';
import { FIELD_PROBLEM_CODES, type ProblemCode } from '@sluice/contracts';
import { boundedLabel, measureGauge } from '@sluice/observability';
import { Admission, LoadShedding, SHEDDING_CODES, type Verdict } from '@sluice/ingest';

const REJECTION_REASONS = [...FIELD_PROBLEM_CODES, 'invalid-json', 'invalid-utf8', 'forbidden', 'schema-violation'];
const RETRY_REASON = 'log-unavailable';
/** Alerts use these: only a series that existed before its first event shows that event as an increase. */
const WATCHED_PROBLEMS: readonly ProblemCode[] = [...SHEDDING_CODES, 'log-unavailable', 'stopping'];

const rejectionLabel = boundedLabel(REJECTION_REASONS);

/** Metrics of ingest, updated by request, not by record. Without a MetricsModule in the process they are not exported. */
@Injectable()
export class IngestMetrics {
  private readonly records = new Counter({
    name: 'sluice_ingest_records_total',
    help: 'Records with a result, by result and, if rejected, by the first error.',
    labelNames: ['verdict', 'reason'],
    registers: [this.registry],
  });
  private readonly problems = new Counter({
    name: 'sluice_ingest_problems_total',
    help: 'Requests to POST /ingest that were answered with a problem, by code.',
    labelNames: ['code'],
    registers: [this.registry],
  });
  private readonly ignoredRequests = new Counter({
    name: 'sluice_ingest_ignored_total',
    help: 'Requests that did not match the mapping of their source and were ignored, by source.',
    labelNames: ['source'],
    registers: [this.registry],
  });
  #recordsInFlight = 0;

  constructor(
    @Inject(Admission) admission: Admission,
    @Inject(LoadShedding) shedding: LoadShedding,
    @Optional() @Inject(Registry) private readonly registry: Registry = new Registry(),
  ) {
    measureGauge(this.registry, 'sluice_ingest_in_flight_requests', 'Requests in progress.', () => admission.requests);
    measureGauge(
      this.registry,
      'sluice_ingest_in_flight_bytes',
      'Bytes of request bodies in progress.',
      () => admission.bytes,
    );
    measureGauge(this.registry, 'sluice_ingest_in_flight_records', 'Records in progress.', () => this.#recordsInFlight);
    this.measureShares(shedding);
    this.records.inc({ verdict: 'accepted', reason: '' }, 0);
    this.records.inc({ verdict: 'retry', reason: RETRY_REASON }, 0);
    for (const reason of REJECTION_REASONS) this.records.inc({ verdict: 'rejected', reason }, 0);
    for (const code of WATCHED_PROBLEMS) this.problems.inc({ code }, 0);
  }

  /** Counts the records of a request as in flight until they have their verdicts. @throws what the judging throws */
  async inFlight<T>(records: number, verdicts: Promise<T>): Promise<T> {
    this.#recordsInFlight += records;
    try {
      return await verdicts;
    } finally {
      this.#recordsInFlight -= records;
    }
  }

  /** @param verdicts of one request */
  judged(verdicts: readonly Verdict[]): void {
    let accepted = 0;
    for (const verdict of verdicts) {
      if (verdict.status === 'accepted') accepted++;
      else this.records.inc({ verdict: verdict.status, reason: reasonOf(verdict) });
    }
    if (accepted > 0) this.records.inc({ verdict: 'accepted', reason: '' }, accepted);
  }

  /** Records that were rejected since the start of the process. */
  async rejectedByReason(): Promise<Record<string, number>> {
    const { values } = await this.records.get();
    const rejected = values.filter(({ labels }) => labels.verdict === 'rejected');
    return Object.fromEntries(rejected.map(({ labels, value }) => [String(labels.reason), value]));
  }

  refused(code: ProblemCode): void {
    this.problems.inc({ code });
  }

  /** @param source a name of SOURCES_FILE, never text of a request */
  ignored(source: string): void {
    this.ignoredRequests.inc({ source });
  }

  private measureShares(shedding: LoadShedding): void {
    new Gauge({
      name: 'sluice_ingest_admitted_share',
      help: 'Share of requests that are admitted now, by the code with which the others are refused.',
      labelNames: ['code'],
      aggregator: 'min',
      registers: [this.registry],
      collect() {
        for (const code of SHEDDING_CODES) this.set({ code }, shedding.shareOf(code));
      },
    });
  }
}

function reasonOf(verdict: Exclude<Verdict, { status: 'accepted' }>): string {
  if (verdict.status === 'retry') return verdict.problem?.code ?? RETRY_REASON;
  const { code, errors } = verdict.problem;
  return rejectionLabel(code === 'invalid-record' ? errors?.[0]?.code : code);
}
