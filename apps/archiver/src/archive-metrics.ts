import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ArchiveLoop, ArchiveObserver, PauseReason } from '@sluice/archive';
import type { Clock } from '@sluice/async';
import type { BufferInspector, PartitionPosition } from '@sluice/event-log';
import { BoundedReading, DURATION_BUCKETS, measureGauge } from '@sluice/observability';

/** Why the archiver may be paused. */
const CAUSES: readonly PauseReason[] = [
  'bucket-missing',
  'denied',
  'wrong-region',
  'clock-skew',
  'full',
  'unreachable',
  'timeout',
  'no-credentials',
  'conflict',
  'unsupported',
  'log_unreachable',
  'unknown',
];

const nameOf = (cause: PauseReason): string => (CAUSES.includes(cause) ? cause : 'unknown').replaceAll('-', '_');

/** What is measured of the archive. Series that alerts look at are there from the start. */
export class ArchiveMetrics {
  readonly #objects = this.counter('sluice_archive_objects_total', 'Objects that were stored in the archive.');
  readonly #records = this.counter('sluice_archive_records_total', 'Records that were archived and committed.');
  readonly #bytes = this.counter('sluice_archive_bytes_total', 'Bytes of objects that were stored in the archive.');
  readonly #unreadable = this.counter(
    'sluice_archive_unreadable_records_total',
    'Records of the event log that are not events: they were not archived, and the buffer worker dead-letters them.',
  );
  readonly #dropped = this.counter(
    'sluice_archive_dropped_records_total',
    'Records of open objects that were dropped and are read again, as after a rebalance.',
  );
  readonly #failures = new Counter({
    name: 'sluice_archive_failures_total',
    help: 'Attempts to archive that failed and are repeated, by cause.',
    labelNames: ['cause'],
    registers: [this.registry],
  });
  readonly #paused = new Gauge({
    name: 'sluice_archive_paused',
    help: 'Whether the archiver is paused, by cause: 1 for the current cause, else 0.',
    labelNames: ['cause'],
    registers: [this.registry],
  });
  readonly #uploads = new Histogram({
    name: 'sluice_archive_upload_duration_seconds',
    help: 'Time until the object store has acknowledged an object.',
    buckets: DURATION_BUCKETS,
    registers: [this.registry],
  });

  constructor(
    private readonly registry: Registry,
    private readonly clock: Clock,
    inspector: BufferInspector,
  ) {
    for (const cause of CAUSES) {
      this.#failures.inc({ cause: nameOf(cause) }, 0);
      this.#paused.set({ cause: nameOf(cause) }, 0);
    }
    const positions = new BoundedReading(() => inspector.positions(), clock);
    this.total(positions, 'sluice_archive_lag_records', 'Records that were accepted and are not archived yet.', lagOf);
    this.total(
      positions,
      'sluice_archive_expired_records',
      'Records that the event log removed before they were archived, until the archiver moves past them.',
      expiredOf,
    );
  }

  /** Counts what the loop does, beside another observer. */
  observing(other: ArchiveObserver): ArchiveObserver {
    return {
      pauseChanged: (reason, message) => {
        for (const cause of CAUSES) this.#paused.set({ cause: nameOf(cause) }, 0);
        if (reason !== undefined) this.#paused.set({ cause: nameOf(reason) }, 1);
        other.pauseChanged?.(reason, message);
      },
      failed: (reason) => this.#failures.inc({ cause: nameOf(reason) }),
      objectStored: (object) => {
        this.#objects.inc();
        this.#bytes.inc(object.bytes);
        this.#uploads.observe(object.seconds);
        other.objectStored?.(object);
      },
      committed: (records) => this.#records.inc(records),
      unreadable: (place, detail) => {
        this.#unreadable.inc();
        other.unreadable?.(place, detail);
      },
      dropped: (partition, records) => {
        this.#dropped.inc(records);
        other.dropped?.(partition, records);
      },
    };
  }

  /** Adds what is read of the loop at a scrape. */
  measure(loop: ArchiveLoop): void {
    const ageOf = (): number =>
      loop.oldestOpenMs === undefined ? 0 : Math.max(0, this.clock.now() - loop.oldestOpenMs) / 1000;
    measureGauge(
      this.registry,
      'sluice_archive_oldest_open_seconds',
      'Age of the oldest open object; 0 if none is open.',
      ageOf,
    );
    measureGauge(
      this.registry,
      'sluice_archive_open_objects',
      'Objects that are being filled.',
      () => loop.openObjects,
    );
  }

  private counter(name: string, help: string): Counter {
    return new Counter({ name, help, registers: [this.registry] });
  }

  private total(
    reading: BoundedReading<PartitionPosition[]>,
    name: string,
    help: string,
    totalOf: (positions: PartitionPosition[]) => number,
  ): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      async collect() {
        const positions = await reading.value();
        if (positions === undefined) this.remove();
        else this.set(totalOf(positions));
      },
    });
  }
}

function lagOf(positions: PartitionPosition[]): number {
  return positions.reduce((lag, { committed, high }) => lag + high - committed, 0);
}

function expiredOf(positions: PartitionPosition[]): number {
  return positions.reduce((total, { expired = 0 }) => total + expired, 0);
}
