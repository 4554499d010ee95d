import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '@sluice/async';
import { decodeUtf8, encodeCursor, type StoredRecord } from '@sluice/contracts';
import type { BufferInspector } from '@sluice/event-log';
import { ProblemError, ReadTurns } from '@sluice/http';
import {
  checkLetter,
  type DeadLetter,
  type Disposition,
  Dispositions,
  eventOf,
  LetterBudget,
  letterOf,
  type LetterSource,
  type LetterSummary,
  matches,
  type OffsetRange,
  rangesOf,
  readLetters,
  summarize,
  verdictOf,
} from '@sluice/redrive';
import { DEAD_LETTERS_INSPECTOR, EVENTS_INSPECTOR } from '../inspectors.js';
import { WatchedStore } from '../watched-store.js';
import { type LetterAnswer, letterAnswer } from './letter-answer.js';
import type { LettersRequest } from './letters-request.js';

export interface LettersPage {
  letters: LetterAnswer[];
  has_more: boolean;
  next_cursor: string | null;
  /** Whether the page ends because of the read limit of one answer. */
  partial: boolean;
}

/** The dead letters, for people. */
@Injectable()
export class DeadLettersView {
  readonly source: LetterSource;

  constructor(
    @Inject(DEAD_LETTERS_INSPECTOR) private readonly inspector: BufferInspector,
    @Inject(EVENTS_INSPECTOR) private readonly events: BufferInspector,
    @Inject(WatchedStore) private readonly store: WatchedStore,
    @Inject(Dispositions) private readonly dispositions: Dispositions,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(ReadTurns) turns: ReadTurns,
  ) {
    this.source = { inspector, takeTurn: () => turns.beginStep() };
  }

  /** Letters by partition and offset. @throws EventLogError, RecordStoreError `unavailable` */
  async page({ filter, limit, after }: LettersRequest): Promise<LettersPage> {
    const budget = new LetterBudget(this.clock);
    const letters: LetterAnswer[] = [];
    const ranges = (await rangesOf(this.inspector, filter)).map((range) => behind(range, after)).filter(isNotEmpty);
    for (const range of ranges) {
      const dispositionAt = this.dispositions.inOrder(range.partition);
      let next = range.from;
      for await (const letter of readLetters(this.source, range, budget)) {
        if (letters.length === limit) break;
        next = letter.offset + 1;
        if (matches(filter, letter)) letters.push(letterAnswer(letter, await dispositionAt(letter.offset)));
      }
      if (letters.length < limit && !budget.isSpent) continue;
      const isLast = next >= range.to && range === ranges.at(-1);
      return pageOf(letters, isLast ? undefined : { partition: range.partition, offset: next }, letters.length < limit);
    }
    return pageOf(letters, undefined, false);
  }

  /** @throws EventLogError, RecordStoreError `unavailable` */
  summary(): Promise<LetterSummary> {
    return summarize(this.source, this.dispositions, this.clock);
  }

  /**
   * One letter with its bytes, the result of the current checks, and the record that is stored under its key.
   *
   * @throws ProblemError `not-found`; EventLogError, RecordStoreError `unavailable`
   */
  async one(partition: number, offset: number) {
    const letter = await this.letterAt(partition, offset);
    const { key, value, headers } = letter.record;
    const disposition = await this.dispositions.of({ partition, offset });
    const check = await checkLetter(letter, eventOf(letter, [], 'check'), this.store);
    return {
      ...letterAnswer(letter, disposition),
      headers,
      key_base64: key?.toString('base64') ?? null,
      value_base64: value?.toString('base64') ?? null,
      value: value === null ? null : (decodeUtf8(value) ?? null),
      value_is_cut: false,
      check: check.passes
        ? { would: 'pass', reason: null, detail: check.isStored ? 'The same record is stored already.' : '' }
        : { would: 'fail', reason: check.reason, detail: check.detail },
      stored: await this.storedUnder(letter),
      verdict: await this.verdict(disposition),
    };
  }

  /** @throws ProblemError `not-found`; EventLogError `unavailable` */
  async letterAt(partition: number, offset: number): Promise<DeadLetter> {
    const range = { partition, fromOffset: offset, toOffset: offset + 1, maxRecords: 1 };
    const isPartition = (await this.inspector.positions()).some((position) => position.partition === partition);
    const [record] = isPartition ? await this.inspector.peek(range) : [];
    if (record !== undefined) return letterOf(record);
    throw new ProblemError('not-found', 'There is no dead letter at this offset, or its retention has ended.');
  }

  private async storedUnder({ deviceId, recordId }: DeadLetter): Promise<StoredRecord | null> {
    if (deviceId === null || recordId === null) return null;
    return (await this.store.find(deviceId, recordId)) ?? null;
  }

  private async verdict(disposition: Disposition | undefined) {
    if (disposition?.kind !== 'redriven') return null;
    return verdictOf(disposition, { events: this.events, reader: this.store });
  }
}

function behind(range: OffsetRange, after: LettersRequest['after']): OffsetRange {
  if (after === undefined || range.partition > after.partition) return range;
  if (range.partition < after.partition) return { ...range, to: range.from };
  return { ...range, from: Math.max(range.from, after.offset) };
}

function isNotEmpty({ from, to }: OffsetRange): boolean {
  return from < to;
}

function pageOf(letters: LetterAnswer[], next: LettersRequest['after'], partial: boolean): LettersPage {
  return {
    letters,
    has_more: next !== undefined,
    next_cursor: next === undefined ? null : encodeCursor(next),
    partial: partial && next !== undefined,
  };
}
