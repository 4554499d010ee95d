import {
  EventLogError,
  type BufferInspector,
  type InspectOptions,
  type LogRecord,
  type PartitionPosition,
  type PeekOptions,
} from '../event-log.js';
import type { EventLogOptions } from '../open-event-log.js';
import { within } from './deadline.js';
import { groupPositions } from './group-positions.js';
import type { KafkaAdmin } from './kafka-admin.js';
import { PeekReader } from './peek-reader.js';
import { isDenied, missingRight, topicRetentionMs } from './topic-settings.js';

/** The first peek joins a group, which takes a broker in its default settings three seconds. */
const PEEK_TIMEOUT_MS = 15_000;
const READER_IDLE_MS = 300_000;

export class KafkaInspector implements BufferInspector {
  private isDenialSaid = false;
  private reader: PeekReader | undefined;
  private idleTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly options: EventLogOptions,
    private readonly inspected: InspectOptions,
    private readonly admin: KafkaAdmin,
  ) {}

  async positions(): Promise<PartitionPosition[]> {
    const { positions } = await groupPositions(this.admin, this.inspected.group, this.inspected.topic);
    return positions;
  }

  async peek(options: PeekOptions): Promise<LogRecord[]> {
    const range = await this.withinLog(options);
    if (range === undefined) return [];
    const reader = this.readerInUse();
    const records = await within(PEEK_TIMEOUT_MS, reader.read(range));
    if (records !== undefined) return records;
    await this.closeReader(reader);
    throw new EventLogError('unavailable', `Kafka did not deliver the records within ${PEEK_TIMEOUT_MS} ms.`);
  }

  async members(): Promise<number> {
    const { groups } = await this.admin.ask((admin) => admin.describeGroups([this.inspected.group]));
    return groups[0]?.members.length ?? 0;
  }

  async retentionMs(): Promise<number | undefined> {
    const { topic } = this.inspected;
    try {
      return await topicRetentionMs(this.admin, topic);
    } catch (error) {
      if (isDenied(error) && !this.isDenialSaid) this.options.log?.('warn', missingRight(topic));
      this.isDenialSaid ||= isDenied(error);
      throw error;
    }
  }

  /** Idempotent. */
  async close(): Promise<void> {
    clearTimeout(this.idleTimer);
    if (this.reader !== undefined) await this.closeReader(this.reader);
  }

  /** The part of the range that the log has, or `undefined` if it has none of it. */
  private async withinLog(options: PeekOptions): Promise<PeekOptions | undefined> {
    const ends = await this.admin.ask((admin) => admin.fetchTopicOffsets(this.inspected.topic));
    const end = ends.find(({ partition }) => partition === options.partition);
    if (end === undefined) return undefined;
    const fromOffset = Math.max(options.fromOffset, Number(end.low));
    const toOffset = Math.min(options.toOffset, Number(end.high));
    return fromOffset < toOffset ? { ...options, fromOffset, toOffset } : undefined;
  }

  private readerInUse(): PeekReader {
    clearTimeout(this.idleTimer);
    this.idleTimer = setTimeout(() => void this.close(), READER_IDLE_MS).unref();
    if (this.reader === undefined || this.reader.isEnded) {
      void this.reader?.close();
      this.reader = new PeekReader(this.options, this.inspected.topic);
    }
    return this.reader;
  }

  /** The group is empty then, and the broker removes it by itself if that fails here. */
  private async closeReader(reader: PeekReader): Promise<void> {
    if (this.reader === reader) this.reader = undefined;
    await reader.close();
    await this.admin.ask((admin) => admin.deleteGroups([reader.group])).catch(() => undefined);
  }
}
