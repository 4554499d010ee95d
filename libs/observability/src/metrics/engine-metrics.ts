import { Gauge, type Registry } from 'prom-client';
import type { Clock } from '@sluice/async';
import { BoundedReading } from './bounded-reading.js';

/** The engine of a port. */
export interface Pingable {
  /** Resolves if it answers. */
  ping(): Promise<void>;
}

/**
 * Whether the engines of an app answer, checked at each scrape.
 *
 * @param engines by the name that the label has
 */
export function measureEngines(registry: Registry, clock: Clock, engines: ReadonlyMap<string, Pingable>): void {
  const readings = Array.from(engines, ([engine, pingable]) => ({
    engine,
    isUp: new BoundedReading(() => pingable.ping().then(() => true), clock),
  }));
  new Gauge({
    name: 'sluice_engine_up',
    help: 'Whether an engine answers this process: 1 if it does, 0 if not.',
    labelNames: ['engine'],
    aggregator: 'min',
    registers: [registry],
    async collect() {
      await Promise.all(
        readings.map(async ({ engine, isUp }) => this.set({ engine }, (await isUp.value()) === true ? 1 : 0)),
      );
    },
  });
}
