import { Counter, Histogram, type Registry } from 'prom-client';
import { DEAD_LETTERS_TOPIC, EVENTS_TOPIC } from '@sluice/contracts';
import { boundedLabel } from './bounded-label.js';
import { BATCH_BUCKETS, DURATION_BUCKETS } from './buckets.js';

/** What is measured of one append to the event log. */
export interface MeasuredAppend {
  topic: string;
  records: number;
  flushReason: string;
  durationMs: number;
  /** Whether all of its records were. */
  isConfirmed: boolean;
}

/** The topics by content, whatever their names are, so that queries and alerts work for every name. */
function topicLabels({ events, deadLetters }: TopicNames): (topic: string) => string {
  const labelOf = boundedLabel([EVENTS_TOPIC, DEAD_LETTERS_TOPIC]);
  const labels = new Map([
    [events, EVENTS_TOPIC],
    [deadLetters, DEAD_LETTERS_TOPIC],
  ]);
  return (topic) => labels.get(topic) ?? labelOf(topic);
}

/** What the topics are called. */
export interface TopicNames {
  events: string;
  deadLetters: string;
}

const DEFAULT_NAMES: TopicNames = { events: EVENTS_TOPIC, deadLetters: DEAD_LETTERS_TOPIC };

/** Counts each append of the event log in the metrics: for the event log's option `onAppend`. */
export function measureAppends(registry: Registry, names = DEFAULT_NAMES): (append: MeasuredAppend) => void {
  const topicLabel = topicLabels(names);
  const durations = new Histogram({
    name: 'sluice_publish_duration_seconds',
    help: 'Time from an append to its acknowledgement by the event log, by topic and outcome.',
    labelNames: ['topic', 'outcome'],
    buckets: DURATION_BUCKETS,
    registers: [registry],
  });
  const batches = new Histogram({
    name: 'sluice_publish_batch_records',
    help: 'Records in one append to the event log, by topic.',
    labelNames: ['topic'],
    buckets: BATCH_BUCKETS,
    registers: [registry],
  });
  const flushes = new Counter({
    name: 'sluice_publish_flushes_total',
    help: 'Appends to the event log, by topic and flush reason.',
    labelNames: ['topic', 'reason'],
    registers: [registry],
  });
  return ({ records, flushReason, durationMs, isConfirmed, ...append }) => {
    const topic = topicLabel(append.topic);
    const outcome = isConfirmed ? 'confirmed' : 'unconfirmed';
    durations.observe({ topic, outcome }, durationMs / 1000);
    batches.observe({ topic }, records);
    flushes.inc({ topic, reason: flushReason });
  };
}
