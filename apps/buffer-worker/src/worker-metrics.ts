import { Inject, Injectable, Optional } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { BatchObserver, RecordOutcome } from '@sluice/batch-transport';
import { DEAD_LETTER_HEADERS, DEAD_LETTER_REASONS } from '@sluice/contracts';
import { EventPublisher, type LogEntry, type LogRecord, type PublishOutcome } from '@sluice/event-log';
import type { WriteOutcome } from '@sluice/record-store';
import { BATCH_BUCKETS, boundedLabel, DURATION_BUCKETS } from '@sluice/observability';
import { PAUSE_CAUSES } from './loop-log.js';

/** Upper bounds in seconds: from at once to a store that was unavailable for a weekend. */
const DELAY_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 86_400, 259_200];
const WRITE_OUTCOMES: readonly WriteOutcome['status'][] = ['stored', 'already-stored', 'conflict', 'refused'];
/** The objective for a record: docs/operations/slo.md. */
const OBJECTIVE_MS = 5_000;
const FLUSH_REASONS = ['full', 'due', 'stopping'];

const causeLabel = boundedLabel(PAUSE_CAUSES);
const deadLetterLabel = boundedLabel(DEAD_LETTER_REASONS);

/**
 * Metrics of the worker, by batch and not by record. Series that alerts use exist from the start, so that their first event shows
 * as an increase. Without a MetricsModule in the process, they are not exposed.
 */
@Injectable()
export class WorkerMetrics implements BatchObserver {
  private readonly batches = new Histogram({
    name: 'sluice_worker_batch_records',
    help: 'Records in one batch.',
    buckets: BATCH_BUCKETS,
    registers: [this.registry],
  });
  private readonly flushes = new Counter({
    name: 'sluice_worker_flushes_total',
    help: 'Batches, by flush reason.',
    labelNames: ['reason'],
    registers: [this.registry],
  });
  private readonly commits = new Counter({
    name: 'sluice_worker_committed_records_total',
    help: 'Records that were committed: stored or dead-lettered.',
    registers: [this.registry],
  });
  private readonly retries = new Counter({
    name: 'sluice_worker_retries_total',
    help: 'Failed attempts to handle a batch that are retried, by cause.',
    labelNames: ['cause'],
    registers: [this.registry],
  });
  private readonly pauses = new Gauge({
    name: 'sluice_worker_paused',
    help: 'Whether the worker is paused, by cause: 1 for the current cause, and for the cause that holds a partition; else 0.',
    labelNames: ['cause'],
    registers: [this.registry],
  });
  private readonly held = new Gauge({
    name: 'sluice_worker_held_partitions',
    help: 'Partitions that are held because the worker fails on their next record; the others continue.',
    registers: [this.registry],
  });
  private readonly writes = new Histogram({
    name: 'sluice_store_write_duration_seconds',
    help: 'Duration of one batch write to the record store, by outcome.',
    labelNames: ['outcome'],
    buckets: DURATION_BUCKETS,
    registers: [this.registry],
  });
  private readonly records = new Counter({
    name: 'sluice_store_records_total',
    help: 'Records that the record store has answered, by outcome.',
    labelNames: ['outcome'],
    registers: [this.registry],
  });
  private readonly delays = new Histogram({
    name: 'sluice_accepted_to_stored_seconds',
    help: 'Time from the arrival of a record until it is stored, sampled for the oldest and the newest record of each batch.',
    buckets: DELAY_BUCKETS,
    registers: [this.registry],
  });
  private readonly paces = new Counter({
    name: 'sluice_accepted_to_stored_records_total',
    help: 'Stored records, by whether they were stored within the objective of 5 seconds after their arrival.',
    labelNames: ['pace'],
    registers: [this.registry],
  });
  private readonly deadLetters = new Counter({
    name: 'sluice_dead_letters_total',
    help: 'Records acknowledged by the dead-letter topic, by reason.',
    labelNames: ['reason'],
    registers: [this.registry],
  });

  private pauseReason: string | undefined;
  private heldPartitions = 0;

  constructor(@Optional() @Inject(Registry) private readonly registry: Registry = new Registry()) {
    for (const reason of FLUSH_REASONS) this.flushes.inc({ reason }, 0);
    for (const cause of PAUSE_CAUSES) this.retries.inc({ cause }, 0);
    for (const outcome of WRITE_OUTCOMES) this.records.inc({ outcome }, 0);
    this.paced(0, 0);
    for (const reason of DEAD_LETTER_REASONS) this.deadLetters.inc({ reason }, 0);
    this.showPauses();
  }

  pauseChanged(reason: string | undefined): void {
    this.pauseReason = reason;
    this.showPauses();
  }

  recordHeld(): void {
    this.heldPartitions++;
    this.showPauses();
  }

  recordReleased(): void {
    this.heldPartitions--;
    this.showPauses();
  }

  flushed(reason: string, records: number): void {
    this.batches.observe(records);
    this.flushes.inc({ reason });
  }

  committed(records: number): void {
    this.commits.inc(records);
  }

  retrying(cause: string): void {
    this.retries.inc({ cause: causeLabel(cause) });
  }

  /** Runs the write and measures it. @throws the error of the write */
  async writing(write: () => Promise<readonly WriteOutcome[]>): Promise<readonly WriteOutcome[]> {
    const end = this.writes.startTimer();
    let outcome = 'failed';
    try {
      const written = await write();
      outcome = 'answered';
      this.answered(written);
      return written;
    } finally {
      end({ outcome });
    }
  }

  /** @param outcomes one for each record of the batch */
  settled(batch: readonly LogRecord[], outcomes: readonly RecordOutcome[], nowMs: number): void {
    let oldestMs = Infinity;
    let newestMs = -Infinity;
    let stored = 0;
    let late = 0;
    for (let index = 0; index < batch.length; index++) {
      if (outcomes[index]?.status !== 'done') continue;
      const { timestampMs } = batch[index]!;
      if (timestampMs < oldestMs) oldestMs = timestampMs;
      if (timestampMs > newestMs) newestMs = timestampMs;
      if (nowMs - timestampMs > OBJECTIVE_MS) late++;
      stored++;
    }
    if (stored === 0) return;
    this.paced(stored - late, late);
    for (const acceptedAtMs of [oldestMs, newestMs]) this.delays.observe(Math.max(0, nowMs - acceptedAtMs) / 1000);
  }

  deadLettered(reason: string | undefined): void {
    this.deadLetters.inc({ reason: deadLetterLabel(reason) });
  }

  private showPauses(): void {
    this.held.set(this.heldPartitions);
    this.pauses.reset();
    for (const cause of PAUSE_CAUSES) this.pauses.set({ cause }, 0);
    if (this.heldPartitions > 0) this.pauses.set({ cause: 'handler_failed' }, 1);
    if (this.pauseReason !== undefined) this.pauses.set({ cause: causeLabel(this.pauseReason) }, 1);
  }

  private paced(inTime: number, late: number): void {
    this.paces.inc({ pace: 'in-time' }, inTime);
    this.paces.inc({ pace: 'late' }, late);
  }

  private answered(written: readonly WriteOutcome[]): void {
    const counts = { stored: 0, 'already-stored': 0, conflict: 0, refused: 0 };
    for (const { status } of written) counts[status]++;
    for (const outcome of WRITE_OUTCOMES) this.records.inc({ outcome }, counts[outcome]);
  }
}

/** Publishes dead letters, and counts the acknowledged ones. */
export class CountedDeadLetters extends EventPublisher {
  constructor(
    private readonly publisher: EventPublisher,
    private readonly metrics: WorkerMetrics,
  ) {
    super();
  }

  async publish(topic: string, entries: readonly LogEntry[]): Promise<PublishOutcome[]> {
    const outcomes = await this.publisher.publish(topic, entries);
    for (const [index, { written }] of outcomes.entries())
      if (written) this.metrics.deadLettered(entries[index]!.headers[DEAD_LETTER_HEADERS.reason]);
    return outcomes;
  }
}
