import { Inject, Injectable } from '@nestjs/common';
import type { BatchObserver, FailedRecord } from '@sluice/batch-transport';
import type { LogRecord } from '@sluice/event-log';
import { Clock } from '@sluice/async';
import { Tracing } from '@sluice/observability';
import { BatchTrace } from './batch-trace.js';
import { sampledPlaceOf, tracedRecordsOf } from './traced-records.js';

/** The traces of the batches of one loop. While tracing is off, no header is read. */
@Injectable()
export class BatchTracing implements BatchObserver {
  readonly #pulledAtMs = new WeakMap<LogRecord, number>();
  #current: BatchTrace | undefined;

  constructor(
    @Inject(Tracing) private readonly tracing: Tracing,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  pulled(records: readonly LogRecord[]): void {
    if (this.tracing.tracer === undefined) return;
    const nowMs = this.clock.now();
    for (const record of records) if (sampledPlaceOf(record) !== undefined) this.#pulledAtMs.set(record, nowMs);
  }

  /** Another batch begins: records that are not committed by now never will be. */
  flushed(): void {
    this.#current?.abandoned();
    this.#current = undefined;
  }

  /** @returns the trace of the current batch, the same at every attempt; `undefined` if none of its records is sampled */
  of(batch: readonly LogRecord[]): BatchTrace | undefined {
    const { tracer } = this.tracing;
    if (tracer === undefined || this.#current !== undefined) return this.#current;
    const traced = tracedRecordsOf(batch);
    if (traced.size === 0) return undefined;
    const pulledAtMs = (record: LogRecord): number => this.#pulledAtMs.get(record) ?? this.clock.now();
    this.#current = new BatchTrace(tracer, traced, batch.length, pulledAtMs);
    return this.#current;
  }

  recordHeld({ record }: FailedRecord): void {
    this.#current?.held(record);
  }

  committed(): void {
    this.#current?.committed();
    this.#current = undefined;
  }
}
