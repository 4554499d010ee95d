import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { EVENT_HEADERS, encodeEvent, type IngestEvent } from '@sluice/contracts';
import type { EventSubscription, LogRecord, PullOptions, TopicPosition } from '@sluice/event-log';
import { profileOf } from '../../fleet/profiles.js';
import { Random } from '../../load/ledger/random.js';

export const BENCH_TOPIC = 'ingest.events';
const DEVICES = 1_000;
/** Different records; they repeat with other offsets. */
const EVENTS = 20_000;
const START_MS = Date.UTC(2026, 0, 15, 12);

/** Events of the fleet simulator, as the event log has them. */
export function eventsOf(kind: 'sensor' | 'mixed'): IngestEvent[] {
  const random = new Random(7);
  return Array.from({ length: EVENTS }, (_, number) => {
    const atMs = START_MS + number;
    return {
      record_id: randomUUID(),
      device_id: `hall-3:device-${String(random.between(1, DEVICES)).padStart(5, '0')}`,
      timestamp: new Date(atMs - 40).toISOString(),
      received_at: new Date(atMs).toISOString(),
      data_payload: profileOf(kind, random).payload(random, number) as IngestEvent['data_payload'],
    };
  });
}

/** A group with one member and no log behind it: what is measured is the archive alone. */
export class EndlessLog implements EventSubscription {
  /** Records that were committed. */
  committed = 0;
  readonly #values: Buffer[];
  readonly #next: number[];
  readonly #committed: number[];
  #turn = 0;

  constructor(
    events: readonly IngestEvent[],
    partitions: number,
    private readonly recordsInPartition: number,
  ) {
    this.#values = events.map((event) => encodeEvent(event));
    this.#next = Array.from({ length: partitions }, () => 0);
    this.#committed = Array.from({ length: partitions }, () => 0);
  }

  async pull({ maxRecords, maxWaitMs, signal }: PullOptions): Promise<LogRecord[]> {
    const isEmpty = this.#next.every((next) => next === this.recordsInPartition);
    await (isEmpty ? delay(maxWaitMs) : nextTurn());
    const partition = this.#turn++ % this.#next.length;
    const from = this.#next[partition]!;
    const to = signal?.aborted === true ? from : Math.min(from + maxRecords, this.recordsInPartition);
    this.#next[partition] = to;
    return Array.from({ length: to - from }, (_, index) => this.recordAt(partition, from + index));
  }

  async commit(): Promise<void> {}

  async commitIfOwned({ partition, offset }: TopicPosition): Promise<boolean> {
    this.#committed[partition] = offset;
    this.committed = this.#committed.reduce((sum, next) => sum + next, 0);
    return true;
  }

  assignment(): TopicPosition[] {
    return this.#committed.map((offset, partition) => ({ topic: BENCH_TOPIC, partition, offset }));
  }

  onRevoked(): void {}

  pause(): void {}

  resume(): void {}

  async close(): Promise<void> {}

  private recordAt(partition: number, offset: number): LogRecord {
    const value = this.#values[(offset * 7 + partition) % this.#values.length]!;
    return { topic: BENCH_TOPIC, partition, offset, key: null, value, headers: EVENT_HEADERS, timestampMs: 0 };
  }
}
