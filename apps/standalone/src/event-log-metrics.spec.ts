import { expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import type { EventLog, TopicUsage } from '@sluice/event-log';
import { Clock } from '@sluice/async';
import { measureEventLog } from './event-log-metrics.js';

it('What the embedded event log keeps and removes is shown by topic at each scrape', async () => {
  const usage: TopicUsage[] = [
    { topic: 'events', bytes: 4096, oldestMs: 1_000, removed: { age: 7, bytes: 2 } },
    { topic: 'letters', bytes: 0, removed: { age: 0, bytes: 0 } },
  ];
  const clock = new Clock();
  clock.now = () => 61_000;
  const registry = new Registry();
  measureEventLog(registry, { usage: () => usage } as unknown as EventLog, clock);
  const lines = async () => (await registry.metrics()).split('\n').filter((line) => /^sluice/.test(line));
  const expected = [
    'sluice_event_log_bytes{topic="events"} 4096',
    'sluice_event_log_bytes{topic="letters"} 0',
    'sluice_event_log_oldest_age_seconds{topic="events"} 60',
    'sluice_event_log_oldest_age_seconds{topic="letters"} 0',
    'sluice_event_log_removed_records_total{topic="events",limit="age"} 7',
    'sluice_event_log_removed_records_total{topic="events",limit="bytes"} 2',
    'sluice_event_log_removed_records_total{topic="letters",limit="age"} 0',
    'sluice_event_log_removed_records_total{topic="letters",limit="bytes"} 0',
  ];
  expect(await lines()).toEqual(expected);
  expect(await lines()).toEqual(expected);
});
