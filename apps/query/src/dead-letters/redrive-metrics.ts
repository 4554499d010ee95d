import { Inject, Injectable, Optional } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { Clock } from '@sluice/async';
import type { BufferInspector } from '@sluice/event-log';
import { BoundedReading } from '@sluice/observability';
import { RecordStore } from '@sluice/record-store';
import { Dispositions, isActive, Redrives } from '@sluice/redrive';
import { DEAD_LETTERS_INSPECTOR } from '../inspectors.js';

/** Metrics of the work of operators, read at a scrape; a value that cannot be read is left out, never guessed. */
@Injectable()
export class RedriveMetrics {
  constructor(
    @Inject(DEAD_LETTERS_INSPECTOR) private readonly inspector: BufferInspector,
    @Inject(Dispositions) private readonly dispositions: Dispositions,
    @Inject(Redrives) private readonly redrives: Redrives,
    @Inject(RecordStore) private readonly store: RecordStore,
    @Inject(Clock) private readonly clock: Clock,
    @Optional() @Inject(Registry) private readonly registry: Registry = new Registry(),
  ) {
    this.addGauge(
      'sluice_dead_letters_undecided',
      'Dead letters that were neither redriven nor discarded.',
      this.everyMinute(() => this.undecided()),
    );
    this.addGauge(
      'sluice_redrive_stalled_seconds',
      'Time without progress of the running redrive; 0 if none is running.',
      () => this.stalledSeconds(),
    );
    this.addGauge(
      'sluice_backup_last_success_timestamp_seconds',
      'Completion time of the last backup of the embedded files, in seconds since 1970; absent if there was none.',
      () => this.lastBackup(),
    );
  }

  /** Counting many decisions takes the store some time, and no user needs the count more often. */
  private everyMinute(read: () => Promise<number>): () => Promise<number> {
    let last: { value: number; atMs: number } | undefined;
    return async () => {
      const nowMs = this.clock.monotonicMs();
      if (last === undefined || nowMs - last.atMs >= 60_000) last = { value: await read(), atMs: nowMs };
      return last.value;
    };
  }

  private async undecided(): Promise<number> {
    const positions = await this.inspector.positions();
    const counts = await Promise.all(
      positions.map(async ({ partition, low, high }) =>
        high === low ? 0 : Math.max(0, high - low - (await this.dispositions.count(partition, low, high))),
      ),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  private async stalledSeconds(): Promise<number> {
    const latest = await this.redrives.latest();
    if (latest === undefined || !isActive(latest) || latest.state === 'paused') return 0;
    return Math.max(0, (this.clock.now() - Date.parse(latest.last_progress_at)) / 1000);
  }

  private async lastBackup(): Promise<number | undefined> {
    const [last] = await this.store.documents.list('backups', {}, 1, 'descending');
    return last && Date.parse(String(last.content['at'])) / 1000;
  }

  private addGauge(name: string, help: string, read: () => Promise<number | undefined>): void {
    const reading = new BoundedReading(read, this.clock);
    new Gauge({
      name,
      help,
      registers: [this.registry],
      async collect() {
        const value = await reading.value();
        if (value === undefined) this.remove();
        else this.set(value);
      },
    });
  }
}
