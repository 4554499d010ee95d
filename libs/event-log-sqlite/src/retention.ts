import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TopicLimits, TopicUsage } from '@sluice/event-log';
import type { LogFile } from './log-file.js';
import type { Partition } from './partition.js';
import type { LineLogger } from '@sluice/sqlite';

export interface RetentionOptions {
  /**
   * Entries of topics without limits are kept at least this long, even when every group has finished with them, so that they can
   * still be inspected.
   */
  keepMs: number;
  /** Interval of the sweeps. */
  sweepEveryMs: number;
  /** Limits by topic. */
  limits?: Readonly<Record<string, TopicLimits>>;
}

export const DEFAULT_RETENTION: RetentionOptions = { keepMs: 24 * 60 * 60 * 1000, sweepEveryMs: 60_000 };

/** Most entries that one transaction deletes; then the event loop gets a turn. */
const STEP_ENTRIES = 1000;

/**
 * Deletes entries that are older than their topic's limit, and the oldest ones while a topic holds more bytes than its limit.
 * Entries that a group of the topic has yet to read are kept whatever the limits (unless the limits say otherwise, like those of
 * dead letters, which no group reads); so are all entries of a topic in which no group has ever committed.
 *
 * SQLite reuses the pages of deleted entries: the file does not shrink, and does not grow beyond its largest content so far.
 */
export class Retention {
  private timer: NodeJS.Timeout | undefined;
  private isSweeping = false;
  private readonly removed = new Map<string, TopicUsage['removed']>();
  private readonly hasByteLimits: boolean;
  private readonly tooLarge = new Set<string>();

  /** @param logger receives a line when the entries that must be kept exceed the limit of a topic, and when they no longer do */
  constructor(
    private readonly file: LogFile,
    private readonly options: RetentionOptions,
    private readonly logger: LineLogger = () => undefined,
  ) {
    this.hasByteLimits = Object.values(options.limits ?? {}).some(({ maxBytes }) => maxBytes !== undefined);
  }

  start(): void {
    this.timer ??= setInterval(() => void this.sweep(), this.options.sweepEveryMs).unref();
  }

  /** Nothing is deleted after this. */
  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Must be called after appends: a limit in bytes does not wait for the next sweep. */
  appended(): void {
    if (
      this.hasByteLimits &&
      this.topics().some((topic) => this.excessOf(topic) > 0 && this.removable(topic).length > 0)
    )
      void this.sweep();
  }

  usage(): TopicUsage[] {
    return this.topics().map((topic) => {
      const ages = this.file.partitionsOf(topic).flatMap(({ oldestMs }) => oldestMs ?? []);
      const oldest = ages.length === 0 ? {} : { oldestMs: Math.min(...ages) };
      return { topic, bytes: this.bytesOf(topic), removed: { ...this.removedOf(topic) }, ...oldest };
    });
  }

  private async sweep(): Promise<void> {
    if (this.isSweeping || this.file.guard.check() !== 'in-place') return;
    this.isSweeping = true;
    try {
      for (const partition of this.file.allPartitions()) await this.deleteOld(partition);
      for (const topic of this.topics()) await this.deleteExcess(topic);
      if (this.timer !== undefined) this.file.writeSizes();
    } catch (error) {
      process.emitWarning(`The event log could not delete old entries and will try again: ${(error as Error).message}`);
    } finally {
      this.isSweeping = false;
    }
  }

  private async deleteOld(partition: Partition): Promise<void> {
    const { maxAgeMs } = this.limitsOf(partition.topic);
    if (maxAgeMs === undefined) return;
    const oldBeforeMs = Date.now() - maxAgeMs;
    do await nextTurn();
    while (this.timer !== undefined && this.deleteStep(partition, oldBeforeMs));
  }

  /** Returns whether there may be more to delete. */
  private deleteStep(partition: Partition, oldBeforeMs: number): boolean {
    const done = this.doneIn(partition);
    const limit = Math.min(done, partition.low + STEP_ENTRIES);
    this.remove(partition, partition.firstSince(oldBeforeMs, limit), 'age');
    return partition.low === limit && limit < done;
  }

  private async deleteExcess(topic: string): Promise<void> {
    while (this.timer !== undefined && this.excessOf(topic) > 0) {
      await nextTurn();
      const [oldest] = this.removable(topic).sort((a, b) => (a.oldestMs ?? 0) - (b.oldestMs ?? 0));
      if (oldest === undefined) break;
      const limit = Math.min(this.doneIn(oldest), oldest.low + STEP_ENTRIES);
      this.remove(oldest, oldest.offsetAfter(this.excessOf(topic), limit), 'bytes');
    }
    this.sayExcess(topic);
  }

  private sayExcess(topic: string): void {
    const isTooLarge = this.excessOf(topic) > 0;
    if (isTooLarge === this.tooLarge.has(topic)) return;
    const size = `Topic "${topic}" holds ${this.bytesOf(topic)} bytes; its limit is ${this.limitsOf(topic).maxBytes}.`;
    if (isTooLarge) {
      this.tooLarge.add(topic);
      this.logger(
        'warn',
        `${size} Records that are not stored yet are never removed. Find out why they are not stored.`,
      );
    } else {
      this.tooLarge.delete(topic);
      this.logger('info', size);
    }
  }

  private remove(partition: Partition, low: number, reason: keyof TopicUsage['removed']): void {
    const count = low - partition.low;
    if (count <= 0) return;
    this.file.raiseLow(partition, low);
    this.removedOf(partition.topic)[reason] += count;
  }

  private removable(topic: string): Partition[] {
    return this.file.partitionsOf(topic).filter((partition) => partition.low < this.doneIn(partition));
  }

  /** The offset below which entries may be deleted. */
  private doneIn(partition: Partition): number {
    const { keepsUnread, ignoredGroups } = this.limitsOf(partition.topic);
    const read = this.file.positions.lowestIn(partition, ignoredGroups);
    return read ?? (keepsUnread ? partition.low : partition.high);
  }

  private excessOf(topic: string): number {
    const { maxBytes } = this.limitsOf(topic);
    return maxBytes === undefined ? 0 : this.bytesOf(topic) - maxBytes;
  }

  private bytesOf(topic: string): number {
    return this.file.partitionsOf(topic).reduce((sum, { bytes }) => sum + bytes, 0);
  }

  private removedOf(topic: string): TopicUsage['removed'] {
    const removed = this.removed.get(topic) ?? { age: 0, bytes: 0 };
    this.removed.set(topic, removed);
    return removed;
  }

  private limitsOf(topic: string): TopicLimits {
    return this.options.limits?.[topic] ?? { maxAgeMs: this.options.keepMs, keepsUnread: true };
  }

  private topics(): string[] {
    return [...new Set(this.file.allPartitions().map(({ topic }) => topic))];
  }
}
