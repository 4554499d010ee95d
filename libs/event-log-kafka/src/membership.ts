import type { Batch } from 'kafkajs';
import type { TopicPartition, TopicPosition } from '@sluice/event-log';

/** One partition while this member owns it. */
interface Lane extends TopicPosition {
  /** Where the next fetch has to begin, so that no record is left out. */
  next: number;
  /** KafkaJS was asked to seek back to `next`. */
  isSentBack: boolean;
  isPaused: boolean;
}

/**
 * The partitions that this member owns from one rebalance of its group to the next. Rebalances are eager: each revokes all
 * partitions, and those that come back are read from the committed offsets.
 */
export class Membership {
  private readonly lanes = new Map<string, Lane>();
  private readonly opening = Promise.withResolvers<void>();
  private isOver = false;

  /** Resolves when the positions are known, or the membership has ended before. */
  readonly opened = this.opening.promise;

  get isCurrent(): boolean {
    return !this.isOver;
  }

  /** @param positions the committed offsets of the partitions; a group without one begins at the first record */
  open(positions: readonly TopicPosition[]): void {
    if (this.isOver) return;
    for (const position of positions) {
      this.lanes.set(placeOf(position), {
        ...position,
        next: position.offset,
        isSentBack: false,
        isPaused: false,
      });
    }
    this.opening.resolve();
  }

  end(): void {
    this.isOver = true;
    this.lanes.clear();
    this.opening.resolve();
  }

  assignment(): TopicPosition[] {
    return Array.from(this.lanes.values(), ({ topic, partition, offset }) => ({ topic, partition, offset }));
  }

  /**
   * The offset that a batch has skipped, or `undefined` if it continues where the last one ended. With several brokers KafkaJS
   * may still deliver what it fetched before a rebalance, from after the current position. Reported once for each gap: a gap that
   * stays is one in the log (retention, transaction markers).
   *
   * @param first offset of the first record of the batch; `undefined` if it has none
   */
  gapBefore(batch: Batch, first: number | undefined): TopicPosition | undefined {
    const lane = this.lanes.get(placeOf(batch));
    if (lane === undefined) return undefined;
    if (fetchedOffsetOf(batch) > lane.next && !lane.isSentBack) {
      lane.isSentBack = true;
      return { topic: lane.topic, partition: lane.partition, offset: lane.next };
    }
    lane.isSentBack = false;
    // A re-created log begins again at 0: a commit in the old one must not hold back the new one.
    lane.offset = Math.min(lane.offset, first ?? Infinity);
    return undefined;
  }

  /** The records below this offset are delivered. */
  delivered(batch: Batch, next: number): void {
    const lane = this.lanes.get(placeOf(batch));
    if (lane !== undefined) lane.next = next;
  }

  isPaused(partition: TopicPartition): boolean {
    return this.lanes.get(placeOf(partition))?.isPaused === true;
  }

  /** @returns those of the partitions that this member owns, which are paused now */
  pause(partitions: readonly TopicPartition[]): TopicPartition[] {
    return partitions.filter((partition) => {
      const lane = this.lanes.get(placeOf(partition));
      if (lane !== undefined) lane.isPaused = true;
      return lane !== undefined;
    });
  }

  /** @returns those of the positions whose partitions were paused: reading continues there */
  resume(positions: readonly TopicPosition[]): TopicPosition[] {
    return positions.filter((position) => {
      const lane = this.lanes.get(placeOf(position));
      if (lane?.isPaused !== true) return false;
      Object.assign(lane, { isPaused: false, isSentBack: false, next: position.offset });
      return true;
    });
  }

  /** Those of the positions that this member may commit, and none behind what others have committed meanwhile. */
  committable(positions: readonly TopicPosition[]): TopicPosition[] {
    return positions.filter((position) => {
      const lane = this.lanes.get(placeOf(position));
      return lane !== undefined && position.offset >= lane.offset;
    });
  }

  committed(positions: readonly TopicPosition[]): void {
    for (const position of positions) {
      const lane = this.lanes.get(placeOf(position));
      if (lane !== undefined) lane.offset = Math.max(lane.offset, position.offset);
    }
  }
}

/** The requested offset, which may be before the first one received. KafkaJS has it, but not in its types. */
function fetchedOffsetOf(batch: Batch): number {
  return Number((batch as Batch & { fetchedOffset: string }).fetchedOffset);
}

function placeOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
