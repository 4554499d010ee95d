import { Inject, Injectable } from '@nestjs/common';
import { encodeCursor, parseTimestamp, partitionOf, stringifyExact } from '@sluice/contracts';
import type { RecordWhereaboutsDto } from '@sluice/contracts/dto';
import type { BufferInspector, LogRecord, PartitionPosition } from '@sluice/event-log';
import { type AnswerPart, type Read, ReadTurns } from '@sluice/http';
import { invalidCursor } from './cursors.js';
import { DEAD_LETTERS_INSPECTOR, EVENTS_INSPECTOR } from './inspectors.js';
import { isOfDevice } from './log-record.js';
import type { OffsetRange } from './log-scan.js';
import { CompleteThrough } from './reading/complete-through.js';
import { locatedRecord } from './record-locator.js';
import { isWithin } from './record-orders.js';
import type { RecordsFilter } from './records-filter.js';
import type { LocatedRequest } from './records-request.js';
import { rangesFrom, waitingSteps, type WaitingStep } from './waiting-page.js';

/**
 * Records that are buffered or dead-lettered, in the order of the log. Records without ids are only in `/check-buffer` and
 * `/dead-letters`.
 */
@Injectable()
export class LocatedView {
  constructor(
    @Inject(EVENTS_INSPECTOR) private readonly events: BufferInspector,
    @Inject(DEAD_LETTERS_INSPECTOR) private readonly deadLetters: BufferInspector,
    @Inject(CompleteThrough) private readonly complete: CompleteThrough,
    @Inject(ReadTurns) private readonly turns: ReadTurns,
  ) {}

  /**
   * The body of `GET /records` with a state. A page ends early at the search limit of one request: `has_more` is then true.
   *
   * @throws EventLogError `unavailable`; ProblemError `invalid-cursor`, `overloaded`, `stopping`
   */
  async *parts(request: LocatedRequest, read: Read): AsyncGenerator<AnswerPart, void> {
    const completeThrough = await this.complete.text();
    let before = `{"complete_through":${JSON.stringify(completeThrough)},"records":[`;
    let separator = '';
    const steps = await read.step(() => this.steps(request));
    for (;;) {
      const step = await read.step(async () => (await steps.next()).value as WaitingStep);
      const texts = step.records.map((record) => stringifyExact(locatedRecord(request.state, record)));
      const text = texts.length === 0 ? '' : separator + texts.join(',');
      if (texts.length > 0) separator = ',';
      yield { bytes: Buffer.from(before + text + (step.isLast ? endText(step) : '')), isLast: step.isLast };
      if (step.isLast) return;
      before = '';
      await this.turns.begin();
    }
  }

  private async steps({ filter, state, limit, from }: LocatedRequest): Promise<AsyncGenerator<WaitingStep, void>> {
    const inspector = state === 'buffered' ? this.events : this.deadLetters;
    const positions = await inspector.positions();
    const { deviceId } = filter;
    const shown = deviceId === undefined ? positions : [positions[partitionOf(deviceId, positions.length)]!];
    if (from !== undefined && !shown.some(({ partition }) => partition === from.partition)) throw invalidCursor();
    const ranges = rangesFrom(from, shown.map(RANGES[state]));
    const source = { inspector, takeTurn: () => this.turns.begin() };
    return waitingSteps(source, { ranges, limit, matches: matcherOf(filter, state) });
  }
}

const RANGES: Readonly<Record<LocatedRequest['state'], (position: PartitionPosition) => OffsetRange>> = {
  buffered: ({ partition, committed, high }) => ({ partition, fromOffset: committed, toOffset: high }),
  dead_lettered: ({ partition, low, high }) => ({ partition, fromOffset: low, toOffset: high }),
};

function matcherOf(filter: RecordsFilter, state: LocatedRequest['state']): (record: LogRecord) => boolean {
  const { deviceId, recordId, timestamp, received } = filter;
  const isOwn = deviceId === undefined ? () => true : isOfDevice(deviceId);
  return (record) => {
    const located = isOwn(record) ? locatedRecord(state, record) : undefined;
    if (located === undefined || (recordId !== undefined && located.record_id !== recordId)) return false;
    return isInRange(timestamp, located.timestamp) && isInRange(received, located.received_at);
  };
}

/** A record without a known time is in no range with an end. */
function isInRange(range: RecordsFilter['timestamp'], text: RecordWhereaboutsDto['timestamp']): boolean {
  return (
    isWithin(range, text === null ? NaN : parseTimestamp(text)!) || (text === null && Object.keys(range).length === 0)
  );
}

function endText({ next }: WaitingStep): string {
  const next_cursor = next === undefined ? null : encodeCursor(next);
  return `],${JSON.stringify({ has_more: next_cursor !== null, next_cursor }).slice(1)}`;
}
