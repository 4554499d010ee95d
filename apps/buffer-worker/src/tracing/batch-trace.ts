import type { RecordOutcome } from '@sluice/batch-transport';
import type { LogRecord } from '@sluice/event-log';
import type { Span, Tracer } from '@sluice/observability';
import { sampledPlaceOf, type TracedRecords } from './traced-records.js';

/**
 * Records where the sampled records of one batch spend their time, in the trace of each: `in log`, `batch wait`, `write`,
 * `commit`. The batch is a separate trace, with links to theirs; theirs link to it.
 */
export class BatchTrace {
  readonly #batch: Span;
  #writes: Span[] = [];
  #commits: Span[] = [];
  #attempts = 0;
  /** The spans of requests with a record on which the worker fails. */
  readonly #held = new Set<string>();

  /**
   * @param traced records by the span of their request, at least one
   * @param pulledAtMs when a record was polled from the log, in milliseconds since 1970
   */
  constructor(
    private readonly tracer: Tracer,
    private readonly traced: ReadonlyMap<string, TracedRecords>,
    records: number,
    pulledAtMs: (record: LogRecord) => number,
  ) {
    const links = [...traced.values()].map(({ place }) => place);
    this.#batch = tracer.start({
      name: 'store batch',
      kind: 'consumer',
      links,
      attributes: { 'sluice.records': records },
    });
    for (const each of traced.values()) this.waited(each, pulledAtMs(each.first));
  }

  /** Runs the write. @throws the error of the write */
  async writing<T>(write: () => Promise<T>): Promise<T> {
    this.#attempts++;
    if (this.#writes.length === 0) this.#writes = this.startForEach('write');
    const links = [...this.traced.values()].map(({ place }) => place);
    const span = this.tracer.start({ name: 'bulk write', kind: 'client', parent: this.#batch.place, links });
    try {
      return await write();
    } catch (error) {
      span.failed((error as { code?: string }).code ?? 'unknown');
      throw error;
    } finally {
      span.end();
    }
  }

  /** @param outcomes one for each record of the batch; each is stored, or will be dead-lettered */
  settled(batch: readonly LogRecord[], outcomes: readonly RecordOutcome[]): void {
    this.endWrites();
    // A batch that failed gets its outcomes part by part.
    if (this.#commits.length === 0) this.#commits = this.startForEach('commit');
    const commitOf = new Map([...this.traced.keys()].map((key, index) => [key, this.#commits[index]!]));
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.status !== 'dead-letter') continue;
      const place = sampledPlaceOf(batch[index]!);
      if (place !== undefined) commitOf.get(place.spanId)?.failed(outcome.reason);
    }
  }

  /** The record is not stored with the others. */
  held(record: LogRecord): void {
    const place = sampledPlaceOf(record);
    if (place !== undefined) this.#held.add(place.spanId);
  }

  committed(): void {
    for (const [index, key] of [...this.traced.keys()].entries())
      if (this.#held.has(key)) this.#commits[index]?.failed('handler_failed');
    for (const commit of this.#commits) commit.end();
    this.#batch.end();
  }

  /** The partitions were revoked: their new owner stores the records again. */
  abandoned(): void {
    this.endWrites();
    for (const span of [...this.#commits, this.#batch]) {
      span.failed('revoked');
      span.end();
    }
  }

  private waited({ place, first, count }: TracedRecords, pulledAtMs: number): void {
    const { partition, offset, topic, timestampMs } = first;
    const attributes = {
      'messaging.destination.name': topic,
      'sluice.partition': partition,
      'sluice.offset': offset,
      'sluice.records': count,
    };
    // The time in the log is by the gateway's clock.
    const startMs = Math.min(timestampMs, pulledAtMs);
    const inLog = this.tracer.start({ name: 'in log', kind: 'consumer', parent: place, startMs, attributes });
    inLog.end(pulledAtMs);
    this.tracer.start({ name: 'batch wait', parent: place, startMs: pulledAtMs }).end();
  }

  private endWrites(): void {
    for (const write of this.#writes) {
      write.set({ 'sluice.attempts': this.#attempts });
      write.end();
    }
    this.#writes = [];
  }

  private startForEach(name: string): Span[] {
    const links = [this.#batch.place];
    return [...this.traced.values()].map(({ place }) => this.tracer.start({ name, parent: place, links }));
  }
}
