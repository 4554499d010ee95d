import { Controller, Inject, Optional } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { retryLater, type BatchVerdict, type RecordOutcome } from '@sluice/batch-transport';
import { EVENTS_TOPIC } from '@sluice/contracts';
import type { LogRecord } from '@sluice/event-log';
import { RecordStore, RecordStoreError, type RecordToStore, type WriteOutcome } from '@sluice/record-store';
import { Clock } from '@sluice/async';
import { decide, outcomeOf, type Decision } from './decide.js';
import type { BatchTrace } from './tracing/batch-trace.js';
import { BatchTracing } from './tracing/batch-tracing.js';
import { WorkerMetrics } from './worker-metrics.js';

/** Receives batches from the topic and stores them. */
@Controller()
export class PersistController {
  constructor(
    @Inject(RecordStore) private readonly store: RecordStore,
    @Inject(Clock) private readonly clock: Clock,
    @Optional() @Inject(WorkerMetrics) private readonly metrics = new WorkerMetrics(),
    @Optional() @Inject(BatchTracing) private readonly tracing?: BatchTracing,
  ) {}

  @EventPattern(EVENTS_TOPIC)
  async persist(@Payload() batch: readonly LogRecord[]): Promise<BatchVerdict> {
    const trace = this.tracing?.of(batch);
    const decisions = batch.map(decide);
    const records: RecordToStore[] = [];
    for (const decision of decisions) if (decision.status === 'store') records.push(decision.record);
    const written = await this.write(records, trace);
    if (written === undefined) return retryLater('store_unreachable');
    const outcomes = merge(decisions, written);
    trace?.settled(batch, outcomes);
    this.metrics.settled(batch, outcomes, this.clock.now());
    return outcomes;
  }

  /** @returns `undefined` if the store cannot be reached now */
  private async write(
    records: readonly RecordToStore[],
    trace: BatchTrace | undefined,
  ): Promise<readonly WriteOutcome[] | undefined> {
    if (records.length === 0) return [];
    const write = () => this.store.writer.write(records, this.clock.now());
    try {
      return await this.metrics.writing(trace === undefined ? write : () => trace.writing(write));
    } catch (error) {
      if (error instanceof RecordStoreError && error.code === 'unavailable') return undefined;
      throw error;
    }
  }
}

/** Merges the store's outcomes with the decisions about records that were not sent to the store. */
function merge(decisions: readonly Decision[], written: readonly WriteOutcome[]): RecordOutcome[] {
  let next = 0;
  return decisions.map((decision) => (decision.status === 'store' ? outcomeOf(written[next++]!) : decision));
}
