import type { LogRecord, TopicPosition } from '../event-log.js';
import { positionsBehind } from '../positions-behind.js';
import type { DeadLetterOutcome, RecordOutcome } from './outcome.js';

export interface DeadRecord {
  record: LogRecord;
  outcome: DeadLetterOutcome;
}

/** The batch in hand: what the handler said of its records, and which of its dead letters are confirmed. */
export class HeldBatch {
  #records: readonly LogRecord[];
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
    return [...new Set(this.#records.map(({ topic }) => topic))];
  }

  recordsOf(topic: string): readonly LogRecord[] {
    return this.#records.filter((record) => record.topic === topic);
  }

  /** Forgets records that belong to another member now. */
  drop(isLost: (record: LogRecord) => boolean): void {
    this.#records = this.#records.filter((record) => !isLost(record));
    this.#dead = this.#dead.filter(({ record }) => !isLost(record));
  }

  /** @param outcomes one for each of the records */
  settle(records: readonly LogRecord[], outcomes: readonly RecordOutcome[]): void {
    const isHeld = new Set(this.#records);
    for (const [index, outcome] of outcomes.entries()) {
      const record = records[index]!;
      if (outcome.status === 'dead-letter' && isHeld.has(record)) this.#dead.push({ record, outcome });
    }
  }

  unconfirmedDeadLetters(): DeadRecord[] {
    return this.#dead.filter((dead) => !this.#confirmed.has(dead));
  }

  confirm(dead: readonly DeadRecord[]): void {
    for (const one of dead) this.#confirmed.add(one);
  }

  /** The positions behind the last record of each partition. */
  positions(): TopicPosition[] {
    return positionsBehind(this.#records);
  }
}
