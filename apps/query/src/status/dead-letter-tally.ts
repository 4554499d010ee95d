import { DEAD_LETTER_HEADERS, DEAD_LETTER_REASONS, EVENTS_TOPIC } from '@sluice/contracts';
import type { BufferInspector, LogRecord, PartitionPosition } from '@sluice/event-log';
import { boundedLabel } from '@sluice/observability';
import { RoundSize } from '../round-size.js';

/** How many of the newest dead letters of each partition are read for the first page. */
const FIRST_LOOK_RECORDS = 1000;

/** Most dead letters whose origins are remembered: far more than there are records on the page. */
const REMEMBERED_ORIGINS = 10_000;

export interface DeadLetters {
  /** Number of dead letters in the topic. */
  total: number;
  /** Number of the newest ones that were read. */
  counted: number;
  /** Their number by reason. */
  reasons: Readonly<Record<string, number>>;
}

const labelOf = boundedLabel(DEAD_LETTER_REASONS);

/** Counts dead letters by reason, a bounded number at each reading, each of them once. */
export class DeadLetterTally {
  readonly #next = new Map<number, number>();
  readonly #reasons = new Map<string, number>();
  readonly #origins = new Set<string>();
  readonly #size = new RoundSize();
  /** Whether the last reading has reached the newest dead letter. */
  isCaughtUp = false;

  constructor(
    private readonly inspector: BufferInspector,
    private readonly eventsTopic = EVENTS_TOPIC,
  ) {}

  /** @throws EventLogError `unavailable`, `topic-missing` */
  async read(): Promise<DeadLetters> {
    const positions = await this.inspector.positions();
    const behind = positions.filter((position) => this.nextOf(position) < position.high);
    const maxRecords = this.#size.recordsFor(behind.length);
    await Promise.all(behind.map((position) => this.count(position, maxRecords)));
    this.isCaughtUp = positions.every((position) => this.nextOf(position) >= position.high);
    const counted = [...this.#reasons.values()].reduce((sum, count) => sum + count, 0);
    const total = positions.reduce((sum, { low, high }) => sum + high - low, 0);
    return { total, counted, reasons: Object.fromEntries(this.#reasons) };
  }

  /** Whether this event is the origin of one of the counted dead letters. */
  isDead(partition: number, offset: number): boolean {
    return this.#origins.has(originOf(partition, offset));
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
    this.#size.observe(record);
    this.rememberOrigin(record);
  }

  private rememberOrigin({ headers }: LogRecord): void {
    if (headers[DEAD_LETTER_HEADERS.topic] !== this.eventsTopic) return;
    const [partition, offset] = [headers[DEAD_LETTER_HEADERS.partition], headers[DEAD_LETTER_HEADERS.offset]];
    this.#origins.add(originOf(Number(partition), Number(offset)));
    // The order of a Set is that of its additions: the oldest is removed.
    if (this.#origins.size > REMEMBERED_ORIGINS) this.#origins.delete(this.#origins.values().next().value!);
  }
}

function originOf(partition: number, offset: number): string {
  return `${partition}/${offset}`;
}
