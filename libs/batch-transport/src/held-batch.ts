import { type LogRecord, type TopicPosition, positionsBehind } from '@sluice/event-log';
import { errorIn, type DeadLetterOutcome, type RecordOutcome } from './outcome.js';

export interface DeadRecord {
  record: LogRecord;
  outcome: DeadLetterOutcome;
}

/** A record of the batch on which the handler failed. */
export interface Culprit {
  record: LogRecord;
  error: unknown;
}

/** The batch in hand: the outcomes of its records, and which of its dead letters are acknowledged. */
export class HeldBatch {
  #records: readonly LogRecord[];
  /** The remaining records, once one has been removed. */
  #left: Set<LogRecord> | undefined;
  #dead: DeadRecord[] = [];
  readonly #confirmed = new Set<DeadRecord>();

  /** @param records in the order of their offsets within each partition */
  constructor(records: readonly LogRecord[]) {
    this.#records = records;
  }

  get size(): number {
    return this.#records.length;
  }

  get deadLetters(): number {
    return this.#dead.length;
  }

  topics(): string[] {
    const topics = new Set<string>();
    for (const { topic } of this.#records) topics.add(topic);
    return [...topics];
  }

  recordsOf(topic: string): readonly LogRecord[] {
    const isOfTopic = (record: LogRecord): boolean => record.topic === topic;
    return this.#records.every(isOfTopic) ? this.#records : this.#records.filter(isOfTopic);
  }

  /** Whether no record was removed. */
  get isWhole(): boolean {
    return this.#left === undefined;
  }

  has(record: LogRecord): boolean {
    return this.#left === undefined || this.#left.has(record);
  }

  /** Removes records: they belong to another member now, or are read again later. */
  drop(isLost: (record: LogRecord) => boolean): void {
    this.#records = this.#records.filter((record) => !isLost(record));
    this.#left = new Set(this.#records);
    this.#dead = this.#dead.filter(({ record }) => !isLost(record));
  }

  /**
   * The outcomes before the first failure of each partition are kept. The failed record and the records after it in its partition
   * are removed from the batch.
   *
   * @param outcomes one for each of the records
   * @returns the records that failed, one of each partition at most
   */
  settle(records: readonly LogRecord[], outcomes: readonly RecordOutcome[]): Culprit[] {
    const culprits: Culprit[] = [];
    for (let index = 0; index < outcomes.length; index++) {
      const outcome = outcomes[index]!;
      const record = records[index]!;
      if (outcome.status === 'done' || !this.has(record)) continue;
      if (outcome.status === 'dead-letter') this.#dead.push({ record, outcome });
      else culprits.push(this.withhold(record, outcome));
    }
    return culprits;
  }

  unconfirmedDeadLetters(): DeadRecord[] {
    return this.#dead.filter((dead) => !this.#confirmed.has(dead));
  }

  confirm(dead: readonly DeadRecord[]): void {
    for (const one of dead) this.#confirmed.add(one);
  }

  /** The offsets after the last record of each partition. */
  positions(): TopicPosition[] {
    return positionsBehind(this.#records);
  }

  private withhold(record: LogRecord, outcome: RecordOutcome): Culprit {
    const { topic, partition, offset } = record;
    this.drop((other) => other.topic === topic && other.partition === partition && other.offset >= offset);
    return { record, error: errorIn(outcome) };
  }
}
