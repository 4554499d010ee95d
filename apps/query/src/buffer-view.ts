import { Inject, Injectable } from '@nestjs/common';
import { type BufferCursor, type BufferPartitionDto, encodeCursor, partitionOf } from '#contracts';
import { EventLogError, type BufferInspector, type PartitionPosition } from '#event-log';
import { Clock } from '#runtime';
import type { BufferAnswerDto } from './buffer-answer.dto.js';
import { stateOfBuffer } from './buffer-state.js';
import { isOfDevice } from './log-record.js';
import type { OffsetRange } from './log-scan.js';
import { OldestWaiting } from './oldest-waiting.js';
import { EVENTS_INSPECTOR } from './inspectors.js';
import { invalidCursor } from './cursors.js';
import { rangesFrom, readWaitingPage, type WaitingPage } from './waiting-page.js';
import { toWaitingRecord } from './waiting-record.js';

export interface BufferRequest {
  /** Only records of this device: then only its partition is searched. Totals and positions stay those of the whole buffer. */
  deviceId?: string | undefined;
  /** 1..1000 */
  limit: number;
  cursor?: BufferCursor | undefined;
}

/**
 * What was accepted and is not stored yet.
 *
 * Nothing that was acknowledged before the question is in neither view. The positions are asked for after the question came:
 * an acknowledged record lies below `high`, whichever moment that was read at. It lies at or above `committed` and is shown, or
 * below: then its worker had made it durable in the store, or among the dead letters, before it moved the position, so before
 * this answer. What is committed while the answer is put together is shown all the same: the log still has it, and a record may
 * be in both views for a moment. So a reader who wants everything reads the buffer first and the records second.
 */
@Injectable()
export class BufferView {
  readonly #oldest: OldestWaiting;

  constructor(
    @Inject(EVENTS_INSPECTOR) private readonly inspector: BufferInspector,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.#oldest = new OldestWaiting(inspector);
  }

  /**
   * @throws EventLogError `unavailable`, `topic-missing`
   * @throws ProblemError `invalid-cursor` for a cursor of another query
   */
  async read(request: BufferRequest): Promise<BufferAnswerDto> {
    const positions = await this.inspector.positions();
    const [page, oldestMs, state] = await Promise.all([
      unlessDenied(this.page(request, positions)),
      unlessDenied(this.#oldest.timestampMs(positions)),
      stateOfBuffer(this.inspector, positions, this.clock.now()),
    ]);
    const partitions = positions.map(toPartition);
    return {
      waiting: partitions.reduce((total, { lag }) => total + lag, 0),
      oldest_age_seconds: oldestMs === undefined ? null : Math.max(0, this.clock.now() - oldestMs) / 1000,
      ...state,
      partitions,
      records: page?.records.map(toWaitingRecord) ?? [],
      has_more: page?.next !== undefined,
      next_cursor: page?.next === undefined ? null : encodeCursor(page.next),
      ...(page === undefined && { unavailable: [RECORDS_DENIED] }),
    };
  }

  private async page(request: BufferRequest, positions: readonly PartitionPosition[]): Promise<WaitingPage> {
    const { deviceId, limit, cursor } = request;
    const shown = deviceId === undefined ? positions : [positions[partitionOf(deviceId, positions.length)]!];
    if (cursor !== undefined && !shown.some(({ partition }) => partition === cursor.partition)) throw invalidCursor();
    const ranges = rangesFrom(cursor, shown.map(toWaitingRange));
    const matches = deviceId === undefined ? undefined : isOfDevice(deviceId);
    return readWaitingPage(this.inspector, { ranges, limit, matches });
  }
}

const RECORDS_DENIED = {
  field: 'records',
  reason: 'authorization',
  detail: 'The query service lacks the right Read on the topic of events. Totals and positions are complete.',
};

/** A right that is missing takes a part of the answer away, not the whole. */
async function unlessDenied<T>(part: Promise<T>): Promise<T | undefined> {
  try {
    return await part;
  } catch (error) {
    if (error instanceof EventLogError && error.failure === 'authorization') return undefined;
    throw error;
  }
}

function toPartition({ partition, committed, high }: PartitionPosition): BufferPartitionDto {
  return { partition, committed_offset: committed, high_watermark: high, lag: high - committed };
}

/** The stretch of a partition that waits. */
function toWaitingRange({ partition, committed, high }: PartitionPosition): OffsetRange {
  return { partition, fromOffset: committed, toOffset: high };
}
