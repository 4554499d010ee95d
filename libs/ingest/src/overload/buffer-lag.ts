import type { PartitionPosition } from '@sluice/event-log';

/** Where a partition ended at some time: what lies below was appended before. */
interface Mark {
  high: number;
  atMs: number;
}

/** A mark is kept for each such part of the time since the oldest: an age is too low by this part of it at most, at few marks. */
const RESOLUTION = 1 / 60;

/**
 * How long the buffer is and how old, from the positions alone: a record that waits below an end that was seen some time ago has
 * waited since then at least. So no record is ever read for it. What had waited before the first update counts from there.
 */
export class BufferLag {
  /** Records that wait. */
  records = 0;
  /** Least age of the oldest record that waits, in seconds; 0 if none does. */
  seconds = 0;
  /** Records that were stored each second since the update before. */
  storedPerSecond = 0;
  readonly #marks = new Map<number, Mark[]>();
  #committed: { total: number; atMs: number } | undefined;

  /** @param positions of all partitions at this time */
  update(positions: readonly PartitionPosition[], nowMs: number): void {
    this.records = positions.reduce((sum, { committed, high }) => sum + high - committed, 0);
    const since = Math.min(nowMs, ...positions.map((position) => this.waitingSinceMs(position, nowMs)));
    this.seconds = (nowMs - since) / 1000;
    this.measureRate(positions, nowMs);
  }

  /** Whole seconds, at least 1, in which the buffered records will be stored at the rate of the last update; at most 60. */
  get drainSeconds(): number {
    return Math.min(60, Math.ceil(this.records / this.storedPerSecond) || 1);
  }

  /** @returns now, if nothing waits */
  private waitingSinceMs({ partition, committed, high }: PartitionPosition, nowMs: number): number {
    const marks = (this.#marks.get(partition) ?? []).filter((mark) => mark.high > committed);
    this.#marks.set(partition, marks);
    const [oldest, newest] = [marks[0], marks.at(-1)];
    const isNews = high > (newest?.high ?? committed);
    if (isNews && (newest === undefined || isDue(newest, oldest!, nowMs))) marks.push({ high, atMs: nowMs });
    return marks[0]?.atMs ?? nowMs;
  }

  private measureRate(positions: readonly PartitionPosition[], nowMs: number): void {
    const total = positions.reduce((sum, { committed }) => sum + committed, 0);
    const before = this.#committed;
    this.#committed = { total, atMs: nowMs };
    if (before === undefined || before.atMs >= nowMs) return;
    this.storedPerSecond = Math.max(0, (total - before.total) / ((nowMs - before.atMs) / 1000));
  }
}

function isDue(newest: Mark, oldest: Mark, nowMs: number): boolean {
  return nowMs - newest.atMs >= (nowMs - oldest.atMs) * RESOLUTION;
}
