import { Inject, Injectable } from '@nestjs/common';
import { type BufferCursor, encodeCursor, partitionOf, stringifyExact } from '@sluice/contracts';
import type { BufferPartitionDto } from '@sluice/contracts/dto';
import { type BufferInspector, EventLogError, type LogRecord, type PartitionPosition } from '@sluice/event-log';
import { Clock } from '@sluice/async';
import { type AnswerPart, ProblemError, type Read, ReadTurns } from '@sluice/http';
import type { BufferAnswerDto } from './buffer-answer.dto.js';
import { stateOfBuffer } from './buffer-state.js';
import { isOfDevice } from './log-record.js';
import type { OffsetRange } from './log-scan.js';
import { OldestWaiting } from './oldest-waiting.js';
import { EVENTS_INSPECTOR } from './inspectors.js';
import { invalidCursor } from './cursors.js';
import { rangesFrom, waitingSteps, type WaitingStep } from './waiting-page.js';
import { toWaitingRecord } from './waiting-record.js';

export interface BufferRequest {
  /** Only records of this device: then only its partition is searched. Totals and offsets stay those of the whole buffer. */
  deviceId?: string | undefined;
  /** 1..1000 */
  limit: number;
  cursor?: BufferCursor | undefined;
}

/**
 * Records that were accepted and are not stored yet.
 *
 * No record that was acknowledged before the request is invisible. The offsets are read after the request arrived: an
 * acknowledged record is below `high`, whenever that was read. If it is at or above `committed`, it is shown. If it is below, its
 * worker had made it durable in the store, or among the dead letters, before it committed, and so before this answer. A record
 * that is committed while the answer is prepared is still shown: the log still has it, and a record may be in both views for a
 * moment. So a client that wants every record reads the buffer first and the records second.
 */
@Injectable()
export class BufferView {
  readonly #oldest: OldestWaiting;

  constructor(
    @Inject(EVENTS_INSPECTOR) private readonly inspector: BufferInspector,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(ReadTurns) private readonly turns: ReadTurns,
  ) {
    this.#oldest = new OldestWaiting(inspector);
  }

  /**
   * The body of `GET /check-buffer`. If the log cannot be read for a later part, the page ends there, and its cursor continues
   * from there.
   *
   * @throws EventLogError `unavailable`, `topic-missing`
   * @throws ProblemError `invalid-cursor` for a cursor of another query; `overloaded`, `stopping`
   */
  async *parts(request: BufferRequest, read: Read): AsyncGenerator<AnswerPart, void> {
    const { text, steps, first } = await read.step(() => this.begin(request));
    const page = new WaitingText(text);
    for (let step = first; ; step = await read.step(() => nextOf(steps)).catch((error: unknown) => page.endOf(error))) {
      yield page.part(step);
      if (step.isLast) return;
      await this.turns.begin();
    }
  }

  private async begin(request: BufferRequest): Promise<BegunPage> {
    const positions = await this.inspector.positions();
    const steps = this.steps(request, positions);
    const [first, oldestMs, state] = await Promise.all([
      unlessDenied(nextOf(steps)),
      unlessDenied(this.#oldest.timestampMs(positions)),
      stateOfBuffer(this.inspector, positions, this.clock.now()),
    ]);
    const partitions = positions.map(toPartition);
    const head: BufferHead = {
      waiting: partitions.reduce((total, { lag }) => total + lag, 0),
      oldest_age_seconds: oldestMs === undefined ? null : Math.max(0, this.clock.now() - oldestMs) / 1000,
      ...state,
      partitions,
      ...(first === undefined && { unavailable: [RECORDS_DENIED] }),
    };
    return { text: `${JSON.stringify(head).slice(0, -1)},"records":[`, steps, first: first ?? NO_RECORDS };
  }

  private steps(request: BufferRequest, positions: readonly PartitionPosition[]): AsyncGenerator<WaitingStep, void> {
    const { deviceId, limit, cursor } = request;
    const shown = deviceId === undefined ? positions : [positions[partitionOf(deviceId, positions.length)]!];
    if (cursor !== undefined && !shown.some(({ partition }) => partition === cursor.partition)) throw invalidCursor();
    const ranges = rangesFrom(cursor, shown.map(toWaitingRange));
    const matches = deviceId === undefined ? undefined : isOfDevice(deviceId);
    const source = { inspector: this.inspector, takeTurn: () => this.turns.begin() };
    return waitingSteps(source, { ranges, limit, matches });
  }
}

const NO_RECORDS: WaitingStep = { records: [], isLast: true, next: undefined };

const RECORDS_DENIED = {
  field: 'records',
  reason: 'authorization',
  detail: 'The query service lacks the right Read on the topic of events. Totals and positions are complete.',
};

/** A missing right removes a part of the answer, not the whole. */
async function unlessDenied<T>(part: Promise<T>): Promise<T | undefined> {
  try {
    return await part;
  } catch (error) {
    if (error instanceof EventLogError && error.failure === 'authorization') return undefined;
    throw error;
  }
}

type BufferHead = Omit<BufferAnswerDto, 'records' | 'has_more' | 'next_cursor'>;

interface BegunPage {
  /** The beginning of the answer, up to its first record. */
  text: string;
  steps: AsyncGenerator<WaitingStep, void>;
  first: WaitingStep;
}

async function nextOf(steps: AsyncGenerator<WaitingStep, void>): Promise<WaitingStep> {
  return (await steps.next()).value as WaitingStep;
}

/** The text of a page, built part by part. */
class WaitingText {
  #last: LogRecord | undefined;

  /** @param before the text before the next part */
  constructor(private before: string) {}

  part({ records, isLast, next }: WaitingStep): AnswerPart {
    const comma = this.#last !== undefined && records.length > 0 ? ',' : '';
    const text = records.map((record) => stringifyExact(toWaitingRecord(record))).join(',');
    const end = isLast ? endText(next) : '';
    const bytes = Buffer.from(this.before + comma + text + end);
    this.before = '';
    this.#last = records.at(-1) ?? this.#last;
    return { bytes, isLast };
  }

  /** A page that has begun ends so that its client can continue from there. */
  endOf(error: unknown): WaitingStep {
    const isPassing = error instanceof EventLogError || error instanceof ProblemError;
    if (!isPassing || this.#last === undefined) throw error;
    const { partition, offset } = this.#last;
    return { records: [], isLast: true, next: { partition, offset: offset + 1 } };
  }
}

function endText(next: BufferCursor | undefined): string {
  const next_cursor = next === undefined ? null : encodeCursor(next);
  return `],${JSON.stringify({ has_more: next_cursor !== null, next_cursor }).slice(1)}`;
}

function toPartition({ partition, committed, high }: PartitionPosition): BufferPartitionDto {
  return { partition, committed_offset: committed, high_watermark: high, lag: high - committed };
}

/** The buffered range of a partition. */
function toWaitingRange({ partition, committed, high }: PartitionPosition): OffsetRange {
  return { partition, fromOffset: committed, toOffset: high };
}
