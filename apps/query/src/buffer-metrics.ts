import { Inject, Injectable, Optional } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import type { BufferInspector, PartitionPosition } from '@sluice/event-log';
import { Clock } from '@sluice/async';
import { BoundedReading } from '@sluice/observability';
import { EVENTS_INSPECTOR } from './inspectors.js';
import { OldestWaiting } from './oldest-waiting.js';

interface BufferReading {
  positions: PartitionPosition[];
  /** When the oldest buffered record was appended; `undefined` if none is buffered. */
  oldestMs: number | undefined;
}

/** Metrics of the buffer, read at a scrape; a value that cannot be read is left out, never guessed. */
@Injectable()
export class BufferMetrics {
  private readonly reading: BoundedReading<BufferReading>;

  constructor(
    @Inject(EVENTS_INSPECTOR) inspector: BufferInspector,
    @Inject(Clock) private readonly clock: Clock,
    @Optional() @Inject(Registry) private readonly registry: Registry = new Registry(),
  ) {
    const oldest = new OldestWaiting(inspector);
    this.reading = new BoundedReading(async () => {
      const positions = await inspector.positions();
      return { positions, oldestMs: await oldest.timestampMs(positions) };
    }, clock);
    this.addPositions(
      'sluice_buffer_committed_offset',
      'Next offset that the worker will read',
      ({ committed }) => committed,
    );
    this.addPositions('sluice_buffer_high_watermark', 'Offset after the last readable record', ({ high }) => high);
    this.addTotals();
    const retention = new BoundedReading(() => inspector.retentionMs(), clock);
    this.addGauge(
      'sluice_buffer_retention_seconds',
      'Retention of unstored records in the event log; absent if unlimited.',
      async () => secondsOf(await retention.value()),
    );
  }

  private addTotals(): void {
    this.addTotal('sluice_buffer_lag_records', 'Records that are buffered: accepted and not stored yet.', lagOf);
    this.addTotal(
      'sluice_buffer_expired_records',
      'Records that the event log removed before they were stored, until the workers move past them.',
      expiredOf,
    );
    this.addTotal(
      'sluice_buffer_oldest_age_seconds',
      'Age of the oldest buffered record; 0 if the buffer is empty.',
      (reading) => this.ageOf(reading),
    );
  }

  private addPositions(name: string, help: string, offsetOf: (position: PartitionPosition) => number): void {
    const { reading } = this;
    new Gauge({
      name,
      help: `${help}, by partition.`,
      labelNames: ['partition'],
      registers: [this.registry],
      async collect() {
        const read = await reading.value();
        this.reset();
        for (const position of read?.positions ?? []) this.set({ partition: position.partition }, offsetOf(position));
      },
    });
  }

  private addTotal(name: string, help: string, totalOf: (reading: BufferReading) => number): void {
    this.addGauge(name, help, async () => {
      const read = await this.reading.value();
      return read && totalOf(read);
    });
  }

  private addGauge(name: string, help: string, read: () => Promise<number | undefined>): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      async collect() {
        const value = await read();
        if (value === undefined) this.remove();
        else this.set(value);
      },
    });
  }

  private ageOf({ oldestMs }: BufferReading): number {
    return oldestMs === undefined ? 0 : Math.max(0, this.clock.now() - oldestMs) / 1000;
  }
}

function lagOf({ positions }: BufferReading): number {
  return positions.reduce((lag, { committed, high }) => lag + high - committed, 0);
}

function expiredOf({ positions }: BufferReading): number {
  return positions.reduce((total, { expired = 0 }) => total + expired, 0);
}

function secondsOf(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : milliseconds / 1000;
}
