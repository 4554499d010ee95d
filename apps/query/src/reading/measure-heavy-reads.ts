import { Counter, type Registry } from 'prom-client';
import { measureGauge } from '@sluice/observability';
import type { HeavyReads } from './heavy-reads.js';

/** How many heavy reads run, wait and were refused. */
export function measureHeavyReads(registry: Registry, reads: HeavyReads): void {
  measureGauge(
    registry,
    'sluice_heavy_reads_in_flight',
    'Series, exports, searches of dead letters and steps of a redrive in progress.',
    () => reads.underWay,
  );
  measureGauge(
    registry,
    'sluice_heavy_reads_waiting',
    'Heavy reads that wait for a turn, or for the worker to catch up.',
    () => reads.waiting,
  );
  new Counter({
    name: 'sluice_heavy_reads_refused_total',
    help: 'Heavy reads that were refused, by code.',
    labelNames: ['code'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [code, count] of Object.entries(reads.refused)) this.inc({ code }, count);
    },
  });
}
