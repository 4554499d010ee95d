import {
  EventLogError,
  type EventSubscription,
  type GroupDisturbance,
  type LogRecord,
  type PullOptions,
  type TopicPosition,
} from '../event-log.js';

type Partition = { topic: string; partition: number };
type RevokedListener = (partitions: readonly Partition[]) => void;

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

  private readonly waiting: LogRecord[] = [];
  private readonly owned = new Map<string, TopicPosition>();
  private readonly listeners: RevokedListener[] = [];
  private readonly wakeUps = new Set<() => void>();

  /** How many pulls wait for records now: 0 means that nobody is asking. */
  get pendingPulls(): number {
    return this.wakeUps.size;
  }

  /** Gives the records to the next pull, and the member their partitions. */
  feed(...records: readonly LogRecord[]): void {
    for (const { topic, partition, offset } of records) {
      const name = nameOf({ topic, partition });
      if (!this.owned.has(name)) this.owned.set(name, { topic, partition, offset });
    }
    this.waiting.push(...records);
    this.wake();
  }

  /** Takes partitions away, with their records that were not pulled yet. */
  revoke(...partitions: readonly Partition[]): void {
    for (const partition of partitions) this.owned.delete(nameOf(partition));
    const kept = this.waiting.filter((record) => this.owned.has(nameOf(record)));
    this.waiting.splice(0, this.waiting.length, ...kept);
    for (const listener of this.listeners) listener(partitions);
  }

  async pull({ maxRecords, maxWaitMs, signal }: PullOptions): Promise<LogRecord[]> {
    if (this.isClosed) throw new EventLogError('closed', 'The subscription is closed.');
    if (this.pullError !== undefined) throw this.pullError;
    if (this.waiting.length === 0 && !signal?.aborted) await this.whenWoken(maxWaitMs, signal);
    return signal?.aborted || this.isClosed ? [] : this.waiting.splice(0, maxRecords);
  }

  async commit(positions: readonly TopicPosition[], note = ''): Promise<void> {
    if (this.commitError !== undefined) throw this.commitError;
    const owned = positions.filter((position) => this.owned.has(nameOf(position)));
    for (const position of owned) this.owned.set(nameOf(position), position);
    this.commits.push({ positions: owned, note });
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

  async close(): Promise<void> {
    this.isClosed = true;
    this.wake();
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

function nameOf({ topic, partition }: Partition): string {
  return `${topic}/${partition}`;
}
