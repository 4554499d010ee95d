import type { Clock } from '@sluice/async';
import type { BufferInspector } from '@sluice/event-log';
import { type DeadLetter, letterOf } from './letter.js';

/** The offsets of one partition from `from` up to, and without, `to`. */
export interface OffsetRange {
  partition: number;
  from: number;
  to: number;
}

export interface LetterSource {
  inspector: BufferInspector;
  /** Called before each read of the log, so that one request does not keep others waiting. */
  takeTurn?: () => Promise<void>;
}

/** Most letters that one answer reads. */
const MAX_LETTERS = 50_000;
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_MS = 5_000;
/** Letters of a read before anything is known of their size, and at most. */
const FIRST_READ = 20;
const LARGEST_READ = 250;
const READ_BYTES = 1024 * 1024;

/** What one request may still read. */
export class LetterBudget {
  private letters = 0;
  private bytes = 0;
  private readonly endMs: number;

  constructor(
    private readonly clock: Clock,
    private readonly maxLetters = MAX_LETTERS,
  ) {
    this.endMs = clock.monotonicMs() + MAX_MS;
  }

  get scanned(): number {
    return this.letters;
  }

  get remaining(): number {
    return this.maxLetters - this.letters;
  }

  get isSpent(): boolean {
    return this.letters >= this.maxLetters || this.bytes >= MAX_BYTES || this.clock.monotonicMs() >= this.endMs;
  }

  /** How many letters the next read asks for: as many as fit into one read if they are like those so far. */
  get nextRead(): number {
    if (this.letters === 0) return Math.min(FIRST_READ, this.maxLetters);
    const fitting = Math.floor(READ_BYTES / Math.max(1, this.bytes / this.letters));
    return Math.max(1, Math.min(LARGEST_READ, fitting, this.maxLetters - this.letters));
  }

  spend({ record }: DeadLetter): void {
    this.letters++;
    this.bytes += record.value?.length ?? 0;
  }
}

/**
 * The letters of a range by ascending offset, until the budget is spent. Offsets that the log no longer has are passed over.
 *
 * @throws EventLogError `unavailable`
 */
export async function* readLetters(
  { inspector, takeTurn }: LetterSource,
  { partition, from, to }: OffsetRange,
  budget: LetterBudget,
): AsyncGenerator<DeadLetter> {
  for (let next = from; next < to && !budget.isSpent;) {
    await takeTurn?.();
    const records = await inspector.peek({ partition, fromOffset: next, toOffset: to, maxRecords: budget.nextRead });
    if (records.length === 0) return;
    for (const record of records) {
      const letter = letterOf(record);
      budget.spend(letter);
      yield letter;
      if (budget.isSpent) return;
    }
    next = records.at(-1)!.offset + 1;
  }
}
