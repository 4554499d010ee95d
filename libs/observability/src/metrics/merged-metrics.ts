import { AggregatorRegistry, type MetricObjectWithValues, type MetricValue } from 'prom-client';

/** What `Registry.getMetricsAsJSON` gives. */
export type MetricsSnapshot = MetricObjectWithValues<MetricValue<string>>[];

/** Gauges that Node's own metrics have: the memory or the event loop of one process. A sum of them says nothing. */
const OF_ONE_PROCESS = /^(?:process|nodejs)_/;

/**
 * The metrics of several processes as those of one. Counters and histograms are summed and never fall: a process that has ended
 * keeps the counts that were read of it last. Gauges are summed, or the lowest one counts, as they are declared; those that
 * describe a process have a label `process`, and go with it.
 */
export class MergedMetrics {
  readonly #latest = new Map<string, MetricsSnapshot>();
  #ended: MetricsSnapshot = [];

  /** @param process names it in the label */
  update(process: string, snapshot: MetricsSnapshot): void {
    this.#latest.set(
      process,
      snapshot.map((metric) => (isOfOneProcess(metric) ? labelled(metric, process) : metric)),
    );
  }

  /** Keeps the counts of a process that has ended. */
  end(process: string): void {
    const last = this.#latest.get(process)?.filter(isCount);
    this.#latest.delete(process);
    if (last !== undefined) this.#ended = summed([this.#ended, last]);
  }

  /** In the text format of Prometheus. */
  text(): Promise<string> {
    return AggregatorRegistry.aggregate([this.#ended, ...this.#latest.values()]).metrics();
  }
}

/** What was summed is what a snapshot holds, and is there at once: no scrape may see the time between two sums. */
function summed(snapshots: MetricsSnapshot[]): MetricsSnapshot {
  return AggregatorRegistry.aggregate(snapshots).getMetricsAsArray() as unknown as MetricsSnapshot;
}

function isCount({ type }: MetricsSnapshot[number]): boolean {
  return String(type) !== 'gauge';
}

function isOfOneProcess(metric: MetricsSnapshot[number]): boolean {
  return !isCount(metric) && OF_ONE_PROCESS.test(metric.name);
}

function labelled(metric: MetricsSnapshot[number], process: string): MetricsSnapshot[number] {
  const values = metric.values.map((value) => ({ ...value, labels: { ...value.labels, process } }));
  return { ...metric, values, aggregator: 'sum' };
}
