import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Partition } from './partition.js';

export interface Position {
  partition: Partition;
  /** Next offset that the group will read. */
  offset: number;
}

interface PositionRow {
  consumer_group: string;
  partition_id: number;
  next_offset: number;
  note: string;
}

/** The committed offset of each group in each partition: a copy in memory of the table `positions`. */
export class CommittedPositions {
  private readonly groups = new Map<string, Map<Partition, { offset: number; note: string }>>();
  private readonly upsert: StatementSync;

  constructor(database: DatabaseSync, partitions: readonly Partition[]) {
    this.upsert = database.prepare('INSERT OR REPLACE INTO positions VALUES (?, ?, ?, ?)');
    const byId = new Map(partitions.map((partition) => [partition.id, partition]));
    for (const row of database.prepare('SELECT * FROM positions').all() as unknown as PositionRow[]) {
      const position = { partition: byId.get(row.partition_id)!, offset: row.next_offset };
      this.remember(row.consumer_group, [position], row.note);
    }
  }

  /** Runs in the caller's transaction. */
  write(group: string, positions: readonly Position[], note: string): void {
    for (const { partition, offset } of positions) this.upsert.run(group, partition.id, offset, note);
  }

  /** After the commit of {@link write}. */
  remember(group: string, positions: readonly Position[], note: string): void {
    const committed = this.groups.get(group) ?? new Map<Partition, { offset: number; note: string }>();
    for (const { partition, offset } of positions) committed.set(partition, { offset, note });
    this.groups.set(group, committed);
  }

  /** The committed offset within `low` and `high`; `low` if there is none. */
  offsetOf(group: string, partition: Partition): number {
    const offset = this.groups.get(group)?.get(partition)?.offset ?? partition.low;
    return Math.min(Math.max(offset, partition.low), partition.high);
  }

  noteOf(group: string, partition: Partition): string {
    return this.groups.get(group)?.get(partition)?.note ?? '';
  }

  /**
   * The offset below which every group that has ever committed in the topic has finished with the partition. A group that has
   * committed only in other partitions is at `low` here. `undefined` if no group has ever committed in the topic.
   *
   * @param ignored groups that are not counted
   */
  lowestIn(partition: Partition, ignored: readonly string[] = []): number | undefined {
    const groups = [...this.groups].filter(
      ([group, committed]) =>
        !ignored.includes(group) && [...committed.keys()].some(({ topic }) => topic === partition.topic),
    );
    if (groups.length === 0) return undefined;
    return Math.min(...groups.map(([group]) => this.offsetOf(group, partition)));
  }
}
