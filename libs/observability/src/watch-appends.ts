import type { Registry } from 'prom-client';
import { measureAppends, type MeasuredAppend, type TopicNames } from './metrics/append-metrics.js';
import { traceAppends, type TracedAppend } from './tracing/append-spans.js';
import type { Tracing } from './tracing/tracing.js';

/** Passes each append of the event log to the metrics and the traces: for the event log's option `onAppend`. */
export function watchAppends(
  registry: Registry,
  tracing: Tracing,
  names?: TopicNames,
): (append: MeasuredAppend & TracedAppend) => void {
  const observers = [measureAppends(registry, names), traceAppends(tracing)];
  return (append) => {
    for (const observe of observers) observe(append);
  };
}
