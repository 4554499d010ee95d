import type { Clock } from '@sluice/async';
import type { BufferInspector } from '@sluice/event-log';
import type { Dispositions } from '@sluice/redrive';

/** Counting many decisions takes the store some time. */
const COUNT_EVERY_MS = 5_000;

/** How many dead letters of the topic were neither redriven nor discarded. */
export class UndecidedLetters {
  #last: { count: number; total: number; atMs: number } | undefined;

  constructor(
    private readonly inspector: BufferInspector,
    private readonly dispositions: Pick<Dispositions, 'count'>,
    private readonly clock: Clock,
  ) {}

  /** A new letter is counted at once, a decision within seconds. @throws EventLogError, RecordStoreError `unavailable` */
  async count(): Promise<number> {
    const positions = await this.inspector.positions();
    const total = positions.reduce((sum, { low, high }) => sum + high - low, 0);
    const atMs = this.clock.monotonicMs();
    if (this.#last?.total === total && atMs - this.#last.atMs < COUNT_EVERY_MS) return this.#last.count;
    const filled = positions.filter(({ low, high }) => low < high);
    const decided = await Promise.all(
      filled.map((each) => this.dispositions.count(each.partition, each.low, each.high)),
    );
    const count = Math.max(0, total - decided.reduce((sum, each) => sum + each, 0));
    this.#last = { count, total, atMs };
    return count;
  }
}
