import type { StatsFs } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { Gauge, type Registry } from 'prom-client';
import { Clock } from '@sluice/async';
import { BoundedReading } from './bounded-reading.js';

const EMBEDDED = 'file:';

interface Disk {
  engine: string;
  stats: BoundedReading<StatsFs>;
}

/**
 * The free and total size of the disks of embedded engines, read at each scrape.
 *
 * @param urls of the engines, by the name that the label has; those that are no `file:` are someone else's to watch
 */
export function measureDisks(registry: Registry, urls: Readonly<Record<string, string>>): void {
  const clock = new Clock();
  const disks = Object.entries(urls)
    .filter(([, url]) => url.startsWith(EMBEDDED))
    .map(([engine, url]) => ({
      engine,
      stats: new BoundedReading(() => statfs(url.slice(EMBEDDED.length)), clock),
    }));
  measure(
    registry,
    'sluice_disk_free_bytes',
    'Free bytes of the disk of an embedded engine, for an unprivileged process.',
    disks,
    ({ bavail, bsize }) => bavail * bsize,
  );
  measure(
    registry,
    'sluice_disk_size_bytes',
    'Size of the disk of an embedded engine.',
    disks,
    ({ blocks, bsize }) => blocks * bsize,
  );
}

function measure(
  registry: Registry,
  name: string,
  help: string,
  disks: readonly Disk[],
  bytesOf: (stats: StatsFs) => number,
): void {
  new Gauge({
    name,
    help,
    labelNames: ['engine'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const { engine, stats } of disks) {
        const read = await stats.value();
        if (read !== undefined) this.set({ engine }, bytesOf(read));
      }
    },
  });
}
