import type { PublishOutcome } from '@sluice/event-log';
import { writeTraceParent, type Span, type TracePlace, type Tracer } from '@sluice/observability';

/**
 * Tells where one `POST /ingest` spends its time: `receive` until its body is read and checked, then `publish` until the log has
 * confirmed its records.
 */
export class IngestSteps {
  readonly #request: Span;
  #step: Span | undefined;

  constructor(
    private readonly tracer: Tracer,
    parent: TracePlace | undefined,
  ) {
    this.#request = tracer.start({
      name: 'POST /ingest',
      kind: 'server',
      parent,
      attributes: { 'http.request.method': 'POST', 'http.route': '/ingest' },
    });
    this.#step = tracer.start({ name: 'receive', parent: this.#request.place });
  }

  get traceId(): string {
    return this.#request.place.traceId;
  }

  /** Names this request to whoever handles its records. */
  get traceParent(): string {
    return writeTraceParent(this.#request.place);
  }

  publishing(records: readonly { deviceId: string; recordId: string }[]): void {
    this.#step?.end();
    this.#step = this.tracer.start({ name: 'publish', kind: 'producer', parent: this.#request.place });
    this.#step.set({ 'sluice.records': records.length });
    const [first] = records;
    if (records.length === 1 && first !== undefined)
      this.#step.set({ 'sluice.device_id': first.deviceId, 'sluice.record_id': first.recordId });
  }

  published(outcomes: readonly PublishOutcome[]): void {
    if (!outcomes.every(({ written }) => written)) this.#step?.failed('unconfirmed');
    this.#step?.end();
    this.#step = undefined;
  }

  answered(status: number): void {
    this.#step?.end();
    this.#request.set({ 'http.response.status_code': status });
    if (status >= 500) this.#request.failed(String(status));
    this.#request.end();
  }
}
