import { DEAD_LETTER_HEADERS, DEAD_LETTER_REASONS } from '#contracts';
import type { BufferInspector, LogRecord, PartitionPosition } from '#event-log';
import { boundedLabel } from '#runtime';
import { RoundSize } from '../round-size.js';

/** How many of the newest dead letters of each partition are looked at when the first page asks. */
const FIRST_LOOK_RECORDS = 1000;

export interface DeadLetters {
  /** How many the topic has. */
  total: number;
  /** How many of the newest were looked at. */
  counted: number;
  /** Of those, how many there are of each reason. */
  reasons: Readonly<Record<string, number>>;
}

const labelOf = boundedLabel(DEAD_LETTER_REASONS);

/** Counts dead letters by reason, a bounded number at each look, each of them once. */
export class DeadLetterTally {
  readonly #next = new Map<number, number>();
  readonly #reasons = new Map<string, number>();
  readonly #size = new RoundSize();

  constructor(private readonly inspector: BufferInspector) {}

  /** @throws EventLogError `unavailable`, `topic-missing` */
  async look(): Promise<DeadLetters> {
    const positions = await this.inspector.positions();
    const behind = positions.filter((position) => this.nextOf(position) < position.high);
    const maxRecords = this.#size.recordsFor(behind.length);
    await Promise.all(behind.map((position) => this.count(position, maxRecords)));
    const counted = [...this.#reasons.values()].reduce((sum, count) => sum + count, 0);
    const total = positions.reduce((sum, { low, high }) => sum + high - low, 0);
    return { total, counted, reasons: Object.fromEntries(this.#reasons) };
  }

  private nextOf({ partition, low, high }: PartitionPosition): number {
    return Math.max(low, this.#next.get(partition) ?? high - FIRST_LOOK_RECORDS);
  }

  private async count(position: PartitionPosition, maxRecords: number): Promise<void> {
    const { partition, high } = position;
    const fromOffset = this.nextOf(position);
    const records = await this.inspector.peek({ partition, fromOffset, toOffset: high, maxRecords });
    for (const record of records) this.add(record);
    this.#next.set(partition, (records.at(-1)?.offset ?? high - 1) + 1);
  }

  private add(record: LogRecord): void {
    const reason = labelOf(record.headers[DEAD_LETTER_HEADERS.reason]);
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
    this.#size.saw(record);
  }
}
