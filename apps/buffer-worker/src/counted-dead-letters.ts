import { DEAD_LETTER_HEADERS } from '@sluice/contracts';
import { EventPublisher, type LogEntry, type PublishOutcome } from '@sluice/event-log';
import type { WorkerMetrics } from './worker-metrics.js';

/** Publishes dead letters, and counts those that are confirmed. */
export class CountedDeadLetters extends EventPublisher {
  constructor(
    private readonly publisher: EventPublisher,
    private readonly metrics: WorkerMetrics,
  ) {
    super();
  }

  async publish(topic: string, entries: readonly LogEntry[]): Promise<PublishOutcome[]> {
    const outcomes = await this.publisher.publish(topic, entries);
    for (const [index, { written }] of outcomes.entries())
      if (written) this.metrics.deadLettered(entries[index]!.headers[DEAD_LETTER_HEADERS.reason]);
    return outcomes;
  }
}
