import {
  EventLogError,
  type EventSubscription,
  type LogRecord,
  type PullOptions,
  type TopicPartition,
  type TopicPosition,
} from '@sluice/event-log';

const TOPIC = 'events';

/** An event log of one topic and one group, as simple as its contract allows: the batch loop is checked against it. */
export class ModelLog {
  /** Next offset of each partition that the group will read. */
  readonly committed: number[];
  /** Throws if the offset must not be committed. */
  onCommit: (position: TopicPosition) => void = () => undefined;
  /** The first thing that {@link onCommit} threw. */
  violation: Error | undefined;
  current: ModelSubscription | undefined;

  /** @param commitFailures whether each commit in turn fails; when they are used up, none does */
  constructor(
    partitions: number,
    private readonly recordsPerPartition: number,
    private readonly commitFailures: boolean[],
  ) {
    this.committed = Array.from({ length: partitions }, () => 0);
  }

  get isDrained(): boolean {
    return this.committed.every((offset) => offset === this.recordsPerPartition);
  }

  subscribe(): ModelSubscription {
    this.current = new ModelSubscription(this);
    return this.current;
  }

  /** Revokes a partition from the member. It is assigned again: at once, or at the next poll. */
  revoke(partition: number, { returns }: { returns: boolean }): void {
    this.current!.revoke(partition);
    if (returns) this.current!.assign(partition);
  }

  recordAt(partition: number, offset: number): LogRecord | undefined {
    if (offset >= this.recordsPerPartition) return undefined;
    return { topic: TOPIC, partition, offset, key: null, value: Buffer.from('x'), headers: {}, timestampMs: 0 };
  }

  commit(positions: readonly TopicPosition[]): void {
    if (this.commitFailures.shift()) throw new EventLogError('unavailable', 'away');
    for (const position of positions) {
      try {
        this.onCommit(position);
      } catch (error) {
        this.violation ??= error as Error;
      }
      this.committed[position.partition] = position.offset;
    }
  }
}

export class ModelSubscription implements EventSubscription {
  /** Next offset to deliver, of each partition that the member owns. */
  readonly #next = new Map<number, number>();
  readonly #paused = new Set<number>();
  readonly #listeners: Parameters<EventSubscription['onRevoked']>[0][] = [];

  constructor(private readonly log: ModelLog) {
    for (const partition of log.committed.keys()) this.assign(partition);
  }

  assign(partition: number): void {
    this.#next.set(partition, this.log.committed[partition]!);
  }

  revoke(partition: number): void {
    this.#next.delete(partition);
    this.#paused.delete(partition);
    for (const listener of this.#listeners) listener([{ topic: TOPIC, partition }]);
  }

  async pull({ maxRecords }: PullOptions): Promise<LogRecord[]> {
    for (const partition of this.log.committed.keys()) if (!this.#next.has(partition)) this.assign(partition);
    const records: LogRecord[] = [];
    for (const [partition, first] of this.#next) {
      if (this.#paused.has(partition)) continue;
      for (let offset = first; records.length < maxRecords; offset++) {
        const record = this.log.recordAt(partition, offset);
        if (record === undefined) break;
        records.push(record);
        this.#next.set(partition, offset + 1);
      }
    }
    // Like a real poll, it never settles in the same turn of the event loop when there is nothing.
    if (records.length === 0) await new Promise((resolve) => setImmediate(resolve));
    return records;
  }

  async commit(positions: readonly TopicPosition[]): Promise<void> {
    this.log.commit(positions.filter(({ partition }) => this.#next.has(partition)));
  }

  async commitIfOwned(position: TopicPosition): Promise<boolean> {
    await this.commit([position]);
    return this.#next.has(position.partition);
  }

  assignment(): TopicPosition[] {
    return [...this.#next.keys()].map((partition) => ({
      topic: TOPIC,
      partition,
      offset: this.log.committed[partition]!,
    }));
  }

  onRevoked(listener: Parameters<EventSubscription['onRevoked']>[0]): void {
    this.#listeners.push(listener);
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const { partition } of partitions) if (this.#next.has(partition)) this.#paused.add(partition);
  }

  resume(positions: readonly TopicPosition[]): void {
    for (const { partition, offset } of positions)
      if (this.#paused.delete(partition)) this.#next.set(partition, offset);
  }

  async close(): Promise<void> {
    this.#next.clear();
  }
}
