import {
  EventLogError,
  type EventSubscription,
  type GroupDisturbance,
  type LogRecord,
  type PullOptions,
  type TopicPartition,
  type TopicPosition,
} from '../event-log.js';

type RevokedListener = (partitions: readonly TopicPartition[]) => void;

/** A subscription that is fed by hand and remembers what was committed. */
export class FakeSubscription implements EventSubscription {
  /** Every commit that succeeded, with its note. */
  readonly commits: { positions: readonly TopicPosition[]; note: string }[] = [];
  /** While it is set, every commit is rejected with it. */
  commitError: Error | undefined;
  /** While it is set, the next pull is rejected with it; pending ones are not. */
  pullError: Error | undefined;
  /** While it is set, nothing may be handled or committed. */
  disturbed: GroupDisturbance | undefined;
  isClosed = false;

  private readonly fed: LogRecord[] = [];
  private waiting: LogRecord[] = [];
  private readonly paused = new Set<string>();
  private readonly owned = new Map<string, TopicPosition>();
  private readonly listeners: RevokedListener[] = [];
  private readonly wakeUps = new Set<() => void>();

  /** Number of pulls that wait for records now. */
  get pendingPulls(): number {
    return this.wakeUps.size;
  }

  /** The paused partitions, as `topic/partition`. */
  get pausedPartitions(): string[] {
    return [...this.paused];
  }

  /** Gives the records to the next pull, and the member their partitions. */
  feed(...records: readonly LogRecord[]): void {
    for (const { topic, partition, offset } of records) {
      const name = nameOf({ topic, partition });
      if (!this.owned.has(name)) this.owned.set(name, { topic, partition, offset });
    }
    this.fed.push(...records);
    this.waiting.push(...records);
    this.wake();
  }

  /** Takes partitions away, with their records that were not pulled yet. */
  revoke(...partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) {
      this.owned.delete(nameOf(partition));
      this.paused.delete(nameOf(partition));
    }
    this.waiting = this.waiting.filter((record) => this.owned.has(nameOf(record)));
    for (const listener of this.listeners) listener(partitions);
  }

  async pull({ maxRecords, maxWaitMs, signal }: PullOptions): Promise<LogRecord[]> {
    if (this.isClosed) throw new EventLogError('closed', 'The subscription is closed.');
    if (this.pullError !== undefined) throw this.pullError;
    if (!this.hasReadable() && !signal?.aborted) await this.whenWoken(maxWaitMs, signal);
    return signal?.aborted || this.isClosed ? [] : this.removeNext(maxRecords);
  }

  async commit(positions: readonly TopicPosition[], note = ''): Promise<void> {
    if (this.commitError !== undefined) throw this.commitError;
    const owned = positions.filter((position) => this.owned.has(nameOf(position)));
    for (const position of owned) this.owned.set(nameOf(position), position);
    this.commits.push({ positions: owned, note });
  }

  async commitIfOwned(position: TopicPosition): Promise<boolean> {
    await this.commit([position]);
    return this.owned.has(nameOf(position));
  }

  disturbance(): GroupDisturbance | undefined {
    return this.disturbed;
  }

  acceptPositions(): void {
    if (this.disturbed?.reason === 'foreign_commit') this.disturbed = undefined;
  }

  assignment(): TopicPosition[] {
    return [...this.owned.values()];
  }

  onRevoked(listener: RevokedListener): void {
    this.listeners.push(listener);
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) if (this.owned.has(nameOf(partition))) this.paused.add(nameOf(partition));
  }

  resume(positions: readonly TopicPosition[]): void {
    for (const position of positions.filter((each) => this.paused.delete(nameOf(each)))) {
      const isOf = (record: LogRecord): boolean => nameOf(record) === nameOf(position);
      const again = this.fed.filter((record) => isOf(record) && record.offset >= position.offset);
      this.waiting = [...this.waiting.filter((record) => !isOf(record)), ...again];
    }
    this.wake();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.wake();
  }

  private hasReadable(): boolean {
    return this.waiting.some((record) => !this.paused.has(nameOf(record)));
  }

  private removeNext(maxRecords: number): LogRecord[] {
    const readable = this.waiting.filter((record) => !this.paused.has(nameOf(record))).slice(0, maxRecords);
    const isTaken = new Set(readable);
    this.waiting = this.waiting.filter((record) => !isTaken.has(record));
    return readable;
  }

  private wake(): void {
    for (const wakeUp of this.wakeUps) wakeUp();
  }

  private async whenWoken(maxWaitMs: number, signal?: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const wakeUp = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wakeUp);
        this.wakeUps.delete(wakeUp);
        resolve();
      };
      const timer = setTimeout(wakeUp, maxWaitMs);
      signal?.addEventListener('abort', wakeUp);
      this.wakeUps.add(wakeUp);
    });
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
