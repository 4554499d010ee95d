import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LogFile } from './log-file.js';
import type { Partition } from './partition.js';

export interface RetentionOptions {
  /** Entries are kept at least this long, even when every group is done with them: time to look back. */
  keepMs: number;
  /** How often to look for old entries. */
  sweepEveryMs: number;
}

export const DEFAULT_RETENTION: RetentionOptions = { keepMs: 24 * 60 * 60 * 1000, sweepEveryMs: 60_000 };

/** One transaction deletes so many entries at most; then others have their turn. */
const STEP_ENTRIES = 1000;

/**
 * Deletes entries that every group that has ever committed in their topic is done with, once they are old enough.
 * Entries of a topic in which no group has ever committed are kept without end.
 */
export class Retention {
  private timer: NodeJS.Timeout | undefined;
  private isSweeping = false;

  constructor(
    private readonly file: LogFile,
    private readonly options: RetentionOptions,
  ) {}

  start(): void {
    this.timer ??= setInterval(() => void this.sweep(), this.options.sweepEveryMs).unref();
  }

  /** Nothing is deleted after this. */
  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private async sweep(): Promise<void> {
    if (this.isSweeping) return;
    this.isSweeping = true;
    try {
      for (const partition of this.file.allPartitions()) await this.deleteOld(partition);
    } catch (error) {
      process.emitWarning(`The event log could not delete old entries and will try again: ${(error as Error).message}`);
    } finally {
      this.isSweeping = false;
    }
  }

  private async deleteOld(partition: Partition): Promise<void> {
    const oldBeforeMs = Date.now() - this.options.keepMs;
    do await nextTurn();
    while (this.timer !== undefined && this.deleteStep(partition, oldBeforeMs));
  }

  /** Returns whether there may be more to delete. */
  private deleteStep(partition: Partition, oldBeforeMs: number): boolean {
    const done = this.file.positions.lowestIn(partition) ?? partition.low;
    const limit = Math.min(done, partition.low + STEP_ENTRIES);
    const low = partition.firstSince(oldBeforeMs, limit);
    if (low > partition.low) this.file.raiseLow(partition, low);
    return low === limit && limit < done;
  }
}
