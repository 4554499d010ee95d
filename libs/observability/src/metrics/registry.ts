import { collectDefaultMetrics, Registry } from 'prom-client';

/** The registry of a process, with the default metrics of Node: CPU, memory, event-loop delay, garbage collection. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
