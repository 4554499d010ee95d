import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  EventLogError,
  type EventSubscription,
  type LogRecord,
  type PullOptions,
  type TopicPartition,
  type TopicPosition,
} from '@sluice/event-log';
import type { ConsumerGroups, GroupMember } from './consumer-groups.js';
import type { LogFile } from './log-file.js';
import type { Partition } from './partition.js';
import { failureOf, reasonOf } from './sqlite-errors.js';

type RevokedListener = Parameters<EventSubscription['onRevoked']>[0];

/** A member of a group in this process. A pull that finds nothing waits until it is woken: nothing polls the file. */
export class SqliteSubscription implements EventSubscription, GroupMember {
  /** Partitions that this member owns, with the next offset to read; the last one read is at the end. */
  private readonly cursors = new Map<Partition, number>();
  private readonly paused = new Set<Partition>();
  private readonly listeners: RevokedListener[] = [];
  private readonly sleepers = new Set<() => void>();
  private isClosed = false;

  constructor(
    private readonly file: LogFile,
    private readonly groups: ConsumerGroups,
    readonly group: string,
    readonly readable: readonly Partition[],
  ) {
    groups.join(this);
  }

  /** Yields first: a caller that pulls in a loop would otherwise block every request. */
  async pull({ maxRecords, maxWaitMs, signal }: PullOptions): Promise<LogRecord[]> {
    if (this.isClosed) throw new EventLogError('closed', 'The subscription is closed: open a new one to read on.');
    const deadlineMs = performance.now() + maxWaitMs;
    await nextTurn();
    while (!this.isClosed && !signal?.aborted) {
      const records = this.read(maxRecords);
      const leftMs = deadlineMs - performance.now();
      if (records.length > 0 || leftMs <= 0) return records;
      await this.sleep(leftMs, signal);
    }
    return [];
  }

  async commit(positions: readonly TopicPosition[], note = ''): Promise<void> {
    const owned = positions.flatMap((position) => {
      const partition = this.ownedPartition(position);
      return partition === undefined ? [] : [{ partition, offset: position.offset }];
    });
    if (owned.length === 0) return;
    try {
      this.file.commit(this.group, owned, note);
    } catch (error) {
      const detail = `The positions of group "${this.group}" could not be written. ${reasonOf(error, this.file.guard.path)}`;
      throw new EventLogError('unavailable', detail, { cause: error, failure: failureOf(error) });
    }
  }

  async commitIfOwned(position: TopicPosition): Promise<boolean> {
    if (this.ownedPartition(position) === undefined) return false;
    await this.commit([position]);
    return true;
  }

  get owned(): Iterable<Partition> {
    return this.cursors.keys();
  }

  assignment(): TopicPosition[] {
    return [...this.cursors.keys()].map((partition) => ({
      topic: partition.topic,
      partition: partition.number,
      offset: this.file.positions.offsetOf(this.group, partition),
    }));
  }

  onRevoked(listener: RevokedListener): void {
    this.listeners.push(listener);
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const named of partitions) {
      const partition = this.ownedPartition(named);
      if (partition !== undefined) this.paused.add(partition);
    }
  }

  resume(positions: readonly TopicPosition[]): void {
    for (const position of positions) {
      const partition = this.ownedPartition(position);
      if (partition !== undefined && this.paused.delete(partition)) this.cursors.set(partition, position.offset);
    }
    this.wake();
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.cursors.clear();
    this.paused.clear();
    this.groups.leave(this);
    this.wake();
  }

  keepOnly(partitions: ReadonlySet<Partition>): void {
    const lost = [...this.cursors.keys()].filter((partition) => !partitions.has(partition));
    if (lost.length === 0) return;
    for (const partition of lost) {
      this.cursors.delete(partition);
      this.paused.delete(partition);
    }
    const names = lost.map(({ topic, number }) => ({ topic, partition: number }));
    for (const listener of this.listeners) listener(names);
  }

  assign(partitions: ReadonlySet<Partition>): void {
    for (const partition of partitions) {
      if (this.cursors.has(partition)) continue;
      this.cursors.set(partition, this.file.positions.offsetOf(this.group, partition));
    }
    this.wake();
  }

  wake(): void {
    for (const wakeUp of this.sleepers) wakeUp();
  }

  private read(maxRecords: number): LogRecord[] {
    let records: LogRecord[] = [];
    for (const [partition, next] of [...this.cursors]) {
      if (next >= partition.high || this.paused.has(partition)) continue;
      const found = partition.read(next, partition.high, maxRecords - records.length);
      this.cursors.delete(partition);
      this.cursors.set(partition, found.at(-1)!.offset + 1);
      records = records.concat(found);
      if (records.length >= maxRecords || this.hasMore(partition)) break;
    }
    return records;
  }

  /** After a read of fewer records than requested: they are large, and enough for one pull. */
  private hasMore(partition: Partition): boolean {
    return this.cursors.get(partition)! < partition.high;
  }

  private ownedPartition({ topic, partition }: TopicPartition): Partition | undefined {
    return [...this.cursors.keys()].find((owned) => owned.topic === topic && owned.number === partition);
  }

  private sleep(maxMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wakeUp = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wakeUp);
        this.sleepers.delete(wakeUp);
        resolve();
      };
      const timer = setTimeout(wakeUp, maxMs);
      signal?.addEventListener('abort', wakeUp);
      this.sleepers.add(wakeUp);
    });
  }
}
