import { describe, expect, it } from '@jest/globals';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { MergedMetrics } from './merged-metrics.js';
import { createRegistry } from './registry.js';

/** The registry of one process with a metric of each kind. */
class ProcessMetrics {
  readonly registry = new Registry();
  private readonly parts = { registers: [this.registry], help: 'x' };
  readonly records = new Counter({ ...this.parts, name: 'records_total', labelNames: ['verdict'] });
  readonly seconds = new Histogram({ ...this.parts, name: 'seconds', buckets: [1, 2] });
  readonly inFlight = new Gauge({ ...this.parts, name: 'in_flight' });
  readonly isUp = new Gauge({ ...this.parts, name: 'up', aggregator: 'min' });
  readonly memory = new Gauge({ ...this.parts, name: 'process_memory_bytes' });
}

async function linesOf(merged: MergedMetrics): Promise<string[]> {
  return (await merged.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

describe('The metrics of several processes', () => {
  it('The metrics of several processes are sums, the lowest value, or one series for each process', async () => {
    const merged = new MergedMetrics();
    for (const number of [1, 2]) {
      const process = new ProcessMetrics();
      process.records.inc({ verdict: 'accepted' }, number);
      process.seconds.observe(number);
      process.inFlight.set(number);
      process.isUp.set(number - 1);
      process.memory.set(number * 100);
      merged.update(String(number), await process.registry.getMetricsAsJSON());
    }
    expect(await linesOf(merged)).toEqual([
      'records_total{verdict="accepted"} 3',
      'seconds_bucket{le="1"} 1',
      'seconds_bucket{le="2"} 2',
      'seconds_bucket{le="+Inf"} 2',
      'seconds_sum 3',
      'seconds_count 2',
      'in_flight 3',
      'up 0',
      'process_memory_bytes{process="1"} 100',
      'process_memory_bytes{process="2"} 200',
    ]);
  });

  it('The metrics of several processes keep the counts of a process that has ended, over any number of restarts, and none of its gauges', async () => {
    const merged = new MergedMetrics();
    for (let lives = 1; lives <= 3; lives++) {
      const process = new ProcessMetrics();
      process.records.inc({ verdict: 'accepted' }, 5);
      process.seconds.observe(0.5);
      process.inFlight.set(7);
      merged.update('1', await process.registry.getMetricsAsJSON());
      merged.end('1');
      const lines = await linesOf(merged);
      expect(lines).toContain(`records_total{verdict="accepted"} ${5 * lives}`);
      expect(lines).toContain(`seconds_count ${lives}`);
      expect(lines.filter((line) => /^(in_flight|up|process_)/.test(line))).toEqual([]);
    }
  });

  it('The metrics of several processes keep the last values of a process that has not answered', async () => {
    const merged = new MergedMetrics();
    const process = new ProcessMetrics();
    process.records.inc({ verdict: 'accepted' }, 5);
    merged.update('1', await process.registry.getMetricsAsJSON());
    expect(await linesOf(merged)).toEqual(await linesOf(merged));
  });

  it('The metrics of several processes include the metrics of Node of every process', async () => {
    const merged = new MergedMetrics();
    for (const name of ['1', '2']) merged.update(name, await createRegistry().getMetricsAsJSON());
    const lines = await linesOf(merged);
    for (const name of ['1', '2']) {
      expect(lines).toContainEqual(
        expect.stringMatching(new RegExp(`^process_start_time_seconds\\{process="${name}"\\} \\d`)),
      );
    }
    expect(lines.filter((line) => line.startsWith('process_cpu_seconds_total'))).toHaveLength(1);
  });
});
