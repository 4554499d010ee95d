import { collectDefaultMetrics, Registry } from 'prom-client';

/** The one registry of a process, with what every Node process can say of itself: CPU, memory, event-loop delay, garbage collection. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
