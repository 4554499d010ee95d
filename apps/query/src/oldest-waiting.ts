import type { BufferInspector, PartitionPosition } from '@sluice/event-log';

interface Head {
  committed: number;
  timestampMs: number;
}

/**
 * When the oldest buffered record was appended. Remembers the first buffered record of each partition while the committed offset
 * stays: while the worker is paused, nothing is read again.
 */
export class OldestWaiting {
  readonly #heads = new Map<number, Head>();

  constructor(private readonly inspector: BufferInspector) {}

  /**
   * @returns milliseconds since 1970, or `undefined` if no record is buffered
   * @throws EventLogError `unavailable`
   */
  async timestampMs(positions: readonly PartitionPosition[]): Promise<number | undefined> {
    const heads = await this.headTimestampsMs(positions);
    return heads.size === 0 ? undefined : Math.min(...heads.values());
  }

  /**
   * The same for each partition with buffered records.
   *
   * @throws EventLogError `unavailable`
   */
  async headTimestampsMs(positions: readonly PartitionPosition[]): Promise<ReadonlyMap<number, number>> {
    const behind = positions.filter(({ committed, high }) => committed < high);
    const heads = new Map<number, number>();
    const note = async (position: PartitionPosition): Promise<void> => {
      const timestampMs = await this.headTimestampMs(position);
      if (timestampMs !== undefined) heads.set(position.partition, timestampMs);
    };
    await Promise.all(behind.map(note));
    return heads;
  }

  private async headTimestampMs({ partition, committed, high }: PartitionPosition): Promise<number | undefined> {
    const remembered = this.#heads.get(partition);
    if (remembered?.committed === committed) return remembered.timestampMs;
    const [record] = await this.inspector.peek({ partition, fromOffset: committed, toOffset: high, maxRecords: 1 });
    if (record === undefined) return undefined;
    this.#heads.set(partition, { committed, timestampMs: record.timestampMs });
    return record.timestampMs;
  }
}
