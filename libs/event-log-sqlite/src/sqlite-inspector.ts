import {
  EventLogError,
  type BufferInspector,
  type GroupAssignment,
  type InspectOptions,
  type LogRecord,
  type PartitionPosition,
  type PeekOptions,
} from '@sluice/event-log';
import type { ConsumerGroups } from './consumer-groups.js';
import type { LogFile } from './log-file.js';

/** Reads the file independently of the groups; it is not a member of any. */
export class SqliteInspector implements BufferInspector {
  constructor(
    private readonly file: LogFile,
    private readonly groups: ConsumerGroups,
    private readonly options: InspectOptions,
  ) {}

  async positions(): Promise<PartitionPosition[]> {
    const { group, topic } = this.options;
    return this.file.partitionsOf(topic).map((partition) => ({
      partition: partition.number,
      low: partition.low,
      committed: this.file.positions.offsetOf(group, partition),
      high: partition.high,
      note: this.file.positions.noteOf(group, partition),
    }));
  }

  async peek({ partition, fromOffset, toOffset, maxRecords }: PeekOptions): Promise<LogRecord[]> {
    try {
      return this.file.partitionsOf(this.options.topic)[partition]?.read(fromOffset, toOffset, maxRecords) ?? [];
    } catch (error) {
      throw new EventLogError('unavailable', (error as Error).message, { cause: error });
    }
  }

  async members(): Promise<number> {
    return this.groups.membersOf(this.options.group);
  }

  async assignments(): Promise<GroupAssignment[]> {
    const { group, topic } = this.options;
    const numbers = new Set(this.file.partitionsOf(topic));
    return this.groups.sharesOf(group).map((share) => ({
      clientId: 'embedded',
      host: null,
      partitions: share
        .filter((partition) => numbers.has(partition))
        .map(({ number }) => number)
        .sort((a, b) => a - b),
    }));
  }

  /** Entries that a group has not read are kept, see {@link Retention}. */
  async retentionMs(): Promise<undefined> {
    return undefined;
  }
}
