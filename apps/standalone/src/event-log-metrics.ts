import { Counter, Gauge, type Registry } from 'prom-client';
import type { EventLog } from '@sluice/event-log';
import type { Clock } from '@sluice/async';

/** Metrics of the embedded event log, read at each scrape. Kafka has its own. */
export function measureEventLog(registry: Registry, log: EventLog, clock: Clock): void {
  new Gauge({
    name: 'sluice_event_log_bytes',
    help: 'Bytes of keys, values and headers in the embedded event log, by topic.',
    labelNames: ['topic'],
    registers: [registry],
    collect() {
      for (const { topic, bytes } of log.usage()) this.set({ topic }, bytes);
    },
  });
  new Gauge({
    name: 'sluice_event_log_oldest_age_seconds',
    help: 'Age of the oldest record in the embedded event log, by topic; 0 if there is none.',
    labelNames: ['topic'],
    registers: [registry],
    collect() {
      const nowMs = clock.now();
      for (const { topic, oldestMs = nowMs } of log.usage()) this.set({ topic }, Math.max(0, nowMs - oldestMs) / 1000);
    },
  });
  new Counter({
    name: 'sluice_event_log_removed_records_total',
    help: 'Records removed from the embedded event log, by topic and by the exceeded limit.',
    labelNames: ['topic', 'limit'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { topic, removed } of log.usage()) {
        this.inc({ topic, limit: 'age' }, removed.age);
        this.inc({ topic, limit: 'bytes' }, removed.bytes);
      }
    },
  });
}
