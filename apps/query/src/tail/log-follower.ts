import type { BufferInspector, LogRecord, PartitionPosition } from '@sluice/event-log';
import type { Logger } from '@sluice/observability';
import { Bell } from '../event-stream/bell.js';
import { SharedLoop } from '../event-stream/shared-loop.js';

export interface Step {
  partition: number;
  fromOffset: number;
  /** At least 1. */
  maxRecords: number;
}

/**
 * The end of a topic, for all readers that wait for new records: one loop polls it, however many wait, and none without a reader.
 * Readers at the same offset share one read.
 */
export class LogFollower {
  /** Rings when there are new records. */
  readonly moved = new Bell();
  private readonly loop: SharedLoop;
  #positions: readonly PartitionPosition[] = [];
  #isAway = false;
  readonly #reads = new Map<string, Promise<LogRecord[]>>();

  /**
   * @param pollMs time between two polls of the high watermarks
   * @param takeTurn is awaited before records are read, so that other work runs in between; readers await it before they encode
   * them
   */
  constructor(
    private readonly inspector: BufferInspector,
    private readonly logger: Logger,
    pollMs: number,
    readonly takeTurn = (): Promise<void> => Promise.resolve(),
  ) {
    this.loop = new SharedLoop(() => this.poll(), pollMs);
  }

  /** Each `enter` needs its {@link leave}. */
  enter(): void {
    this.loop.enter();
  }

  leave(): void {
    this.loop.leave();
  }

  /** @param positions of all partitions, in order, as they were just read */
  see(positions: readonly PartitionPosition[]): void {
    const isMore = positions.some(({ partition, high }) => high > this.highOf(partition));
    this.#positions = positions;
    if (isMore) this.moved.ring();
  }

  lowOf(partition: number): number {
    return this.#positions[partition]?.low ?? 0;
  }

  highOf(partition: number): number {
    return this.#positions[partition]?.high ?? 0;
  }

  /**
   * The next records from an offset below {@link highOf}: none if there are none up to there, `undefined` if the log is
   * unavailable.
   */
  async read(step: Step): Promise<LogRecord[] | undefined> {
    const place = `${step.partition}/${step.fromOffset}`;
    const read = this.#reads.get(place) ?? this.peek(place, step);
    try {
      return await read;
    } catch (error) {
      this.setAway(true, error as Error);
      return undefined;
    }
  }

  private peek(place: string, step: Step): Promise<LogRecord[]> {
    const peek = this.takeTurn()
      .then(() => this.inspector.peek({ ...step, toOffset: this.highOf(step.partition) }))
      .finally(() => this.#reads.delete(place));
    this.#reads.set(place, peek);
    return peek;
  }

  private async poll(): Promise<void> {
    try {
      this.see(await this.inspector.positions());
      this.setAway(false);
    } catch (error) {
      this.setAway(true, error as Error);
    }
  }

  private setAway(isAway: boolean, cause?: Error): void {
    if (isAway === this.#isAway) return;
    this.#isAway = isAway;
    if (isAway)
      this.logger.warn({ cause: cause?.message }, 'the event log does not answer: the live tail waits for it');
    else this.logger.info('the event log answers again: the live tail resumes');
  }
}
