import type { PublishOutcome } from '@sluice/event-log';
import type { PublishSteps } from '@sluice/ingest';
import { writeTraceParent, type Span, type TracePlace, type Tracer } from '@sluice/observability';

/**
 * Measures where a request that brings records spends its time: `receive` until its body is read and checked, then `publish` until
 * the event log has confirmed its records.
 */
export class IngestSteps implements PublishSteps {
  readonly #request: Span;
  #step: Span | undefined;

  constructor(
    private readonly tracer: Tracer,
    parent: TracePlace | undefined,
    { method, route }: { method: string; route: string },
  ) {
    this.#request = tracer.start({
      name: `${method} ${route}`,
      kind: 'server',
      parent,
      attributes: { 'http.request.method': method, 'http.route': route },
    });
    this.#step = tracer.start({ name: 'receive', parent: this.#request.place });
  }

  get traceId(): string {
    return this.#request.place.traceId;
  }

  /** The header `traceparent` of the records of this request. */
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
