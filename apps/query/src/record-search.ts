import { partitionOf } from '@sluice/contracts';
import type { LogRecord, PartitionPosition } from '@sluice/event-log';
import { recordIdOf } from './log-record.js';
import { type OffsetRange, scanBackwards, type ScanSource } from './log-scan.js';

export interface SearchOutcome {
  record: LogRecord | undefined;
  /** False if the range is larger than one request may read: a record that was not found may still be there. */
  isExhaustive: boolean;
}

interface Question {
  deviceId: string;
  recordId: string;
  found: PromiseWithResolvers<SearchOutcome>;
}

/**
 * Finds records of a topic by their ids. A partition has one scan at a time, which serves every question that came before it
 * began. Questions that come during a scan wait for the next one.
 */
export class RecordSearch {
  readonly #asked = new Map<number, Question[]>();
  readonly #scanned = new Set<number>();

  /** @param rangeOf the part of a partition that is searched */
  constructor(
    private readonly source: ScanSource,
    private readonly rangeOf: (position: PartitionPosition) => OffsetRange,
  ) {}

  /**
   * The newest record with these ids.
   *
   * @throws EventLogError `unavailable`
   */
  async find(deviceId: string, recordId: string): Promise<SearchOutcome> {
    const positions = await this.source.inspector.positions();
    const partition = partitionOf(deviceId, positions.length);
    const question = { deviceId, recordId, found: Promise.withResolvers<SearchOutcome>() };
    this.#asked.set(partition, [...(this.#asked.get(partition) ?? []), question]);
    if (!this.#scanned.has(partition)) void this.answerAll(partition, positions);
    return question.found.promise;
  }

  /** @param first offsets that were read after the first questions came */
  private async answerAll(partition: number, first: readonly PartitionPosition[]): Promise<void> {
    this.#scanned.add(partition);
    let positions: readonly PartitionPosition[] | undefined = first;
    for (let asked = this.nextQuestions(partition); asked.length > 0; asked = this.nextQuestions(partition)) {
      try {
        positions ??= await this.source.inspector.positions();
        await this.answer(asked, this.rangeOf(positions[partition]!));
      } catch (error) {
        for (const { found } of asked) found.reject(error);
      }
      positions = undefined;
    }
    this.#scanned.delete(partition);
  }

  private nextQuestions(partition: number): Question[] {
    const asked = this.#asked.get(partition) ?? [];
    this.#asked.delete(partition);
    return asked;
  }

  private async answer(asked: readonly Question[], range: OffsetRange): Promise<void> {
    const open = new Set(asked);
    const steps = scanBackwards(this.source, range);
    let step = await steps.next();
    for (; !step.done && open.size > 0; step = await steps.next()) answerFrom(step.value, open);
    const isExhaustive = step.done === true && step.value;
    for (const { found } of open) found.resolve({ record: undefined, isExhaustive });
  }
}

/** Answers the questions whose records are among these and removes them. @param records oldest first */
function answerFrom(records: readonly LogRecord[], open: Set<Question>): void {
  const ofDevice = Map.groupBy(open, ({ deviceId }) => deviceId);
  for (const record of records.toReversed()) {
    const questions = (ofDevice.get(String(record.key)) ?? []).filter(({ recordId }) => mayHaveId(record, recordId));
    if (questions.length === 0) continue;
    const id = recordIdOf(record);
    for (const question of questions) {
      if (question.recordId !== id || !open.delete(question)) continue;
      question.found.resolve({ record, isExhaustive: true });
    }
  }
}

const BACKSLASH = 0x5c;

/** Cheap: in a text without an escape, an id occurs unchanged or not at all. */
function mayHaveId({ value }: LogRecord, recordId: string): boolean {
  return value !== null && (value.includes(recordId) || value.includes(BACKSLASH));
}
