import kafkajs, { type MemberDescription } from 'kafkajs';
import {
  EventLogError,
  type BufferInspector,
  type GroupAssignment,
  type InspectOptions,
  type LogRecord,
  type PartitionPosition,
  type PeekOptions,
  type EventLogOptions,
} from '@sluice/event-log';
import { within } from '@sluice/async';
import type { DirectClient } from './direct-client.js';
import { DirectReader } from './direct-reader.js';
import { groupPositions } from './group-positions.js';
import type { KafkaAdmin } from './kafka-admin.js';
import { isOutOfRange } from './kafka-errors.js';
import { isDenied, missingRight, topicRetentionMs } from './topic-settings.js';

const PEEK_TIMEOUT_MS = 10_000;

export class KafkaInspector implements BufferInspector {
  private readonly said = new Set<string>();
  private readonly reader: DirectReader;

  constructor(
    private readonly options: EventLogOptions,
    private readonly inspected: InspectOptions,
    private readonly admin: KafkaAdmin,
    private readonly client: DirectClient,
  ) {
    this.reader = new DirectReader(client, inspected.topic);
  }

  async positions(): Promise<PartitionPosition[]> {
    const { positions } = await groupPositions(this.admin, this.inspected.group, this.inspected.topic);
    return positions;
  }

  async peek(options: PeekOptions): Promise<LogRecord[]> {
    const records = await within(PEEK_TIMEOUT_MS, this.read(options)).catch((error: unknown) => {
      if (isDenied(error)) this.sayOnce(`This login lacks the right Read on the topic ${this.inspected.topic}.`);
      throw error;
    });
    if (records !== undefined) return records;
    const detail = `Kafka did not deliver the records within ${PEEK_TIMEOUT_MS} ms.`;
    throw new EventLogError('unavailable', detail, { failure: 'timeout' });
  }

  async members(): Promise<number> {
    const { groups } = await this.admin.ask((admin) => admin.describeGroups([this.inspected.group]));
    return groups[0]?.members.length ?? 0;
  }

  async assignments(): Promise<GroupAssignment[]> {
    const { groups } = await this.admin.ask((admin) => admin.describeGroups([this.inspected.group]));
    return (groups[0]?.members ?? []).map((member) => toAssignment(member, this.inspected.topic));
  }

  async retentionMs(): Promise<number | undefined> {
    const { topic } = this.inspected;
    try {
      return await topicRetentionMs(this.admin, topic);
    } catch (error) {
      if (isDenied(error)) this.sayOnce(missingRight(topic));
      throw error;
    }
  }

  private sayOnce(line: string): void {
    if (!this.said.has(line)) this.options.logger?.('warn', line);
    this.said.add(line);
  }

  /** Retention may remove the first records of a range between the two requests. */
  private async read(options: PeekOptions): Promise<LogRecord[]> {
    for (let attempt = 1; ; attempt++) {
      const range = await this.withinLog(options);
      if (range === undefined) return [];
      try {
        return await this.reader.read(range);
      } catch (error) {
        if (attempt === 1 && isOutOfRange(error)) continue;
        throw this.client.refusal(error);
      }
    }
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
}

/** A member that waits for its assignment has an empty one, which decodes to nothing. */
function toAssignment({ clientId, clientHost, memberAssignment }: MemberDescription, topic: string): GroupAssignment {
  const assignment = kafkajs.AssignerProtocol.MemberAssignment.decode(memberAssignment)?.assignment ?? {};
  const partitions = [...(assignment[topic] ?? [])].sort((a, b) => a - b);
  // Brokers write "/10.0.0.7".
  return { clientId, host: clientHost.replace(/^\//, ''), partitions };
}
