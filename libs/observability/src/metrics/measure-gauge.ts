import { Gauge, type Registry } from 'prom-client';

/** Registers a gauge without labels whose value is read at each scrape. */
export function measureGauge(registry: Registry, name: string, help: string, now: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(now());
    },
  });
}
