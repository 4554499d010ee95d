import {
  EventLogError,
  EventPublisher,
  type LogEntry,
  type LogNames,
  type PublishOutcome,
  type EventLogOptions,
  type FailureCause,
} from '@sluice/event-log';
import { within } from '@sluice/async';
import { causeOf, describeDenial } from './kafka-errors.js';
import type { KafkaTopics } from './kafka-topics.js';
import { ProducerConnection } from './producer-connection.js';
import type { ProducerClient } from './producer-client.js';
import type { Reachability } from './reachability.js';
import { maxRecordBytes } from './record-batch.js';

const NOTHING = (): void => undefined;

export class KafkaPublisher extends EventPublisher {
  private readonly connection: ProducerConnection;
  private readonly knownTopics = new Set<string>();
  private readonly underWay = new Set<Promise<unknown>>();
  private isClosed = false;

  constructor(
    private readonly options: EventLogOptions,
    private readonly topics: KafkaTopics,
    reachability: Reachability,
  ) {
    super();
    this.connection = new ProducerConnection(options, reachability);
  }

  override get names(): LogNames {
    return this.options.names ?? super.names;
  }

  async publish(topic: string, entries: readonly LogEntry[]): Promise<PublishOutcome[]> {
    if (this.isClosed) throw new EventLogError('closed', 'The event log is closed.');
    if (entries.length === 0) return [];
    const publishing = this.publishInTime(topic, entries);
    // Without the outcomes: the tables that a Set has outgrown keep its former members for long.
    const ended = publishing.then(NOTHING, NOTHING);
    this.underWay.add(ended);
    try {
      return await publishing;
    } finally {
      this.underWay.delete(ended);
    }
  }

  /** Whether there is a connection that {@link ping} can test. */
  get isInUse(): boolean {
    return this.connection.isInUse;
  }

  /** Why there is no connection, if known. */
  get failure(): FailureCause | undefined {
    return this.connection.failure;
  }

  /** Resolves if the brokers answer on the connection that publishes. @throws an error of KafkaJS */
  async ping(): Promise<void> {
    await this.connection.probe();
  }

  /** Waits for the outcomes of current sends first. Idempotent. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.allSettled(this.underWay);
    await this.connection.close();
  }

  private async publishInTime(topic: string, entries: readonly LogEntry[]): Promise<PublishOutcome[]> {
    const { publishTimeoutMs } = this.options;
    const outcomes: PublishOutcome[] = [];
    const ended = await within(publishTimeoutMs, this.sendAll(topic, entries, outcomes));
    if (ended !== undefined) return filledUp(outcomes, entries.length, ended);
    this.connection.doubt('no confirmation in time');
    const reason = `Kafka did not confirm within ${publishTimeoutMs} ms`;
    return filledUp([...outcomes], entries.length, { reason, cause: this.connection.failure ?? 'timeout' });
  }

  /**
   * Adds the outcomes part by part, and stops after the first part that is not completely written: what follows it must not be
   * written before it. Resolves with the reason for the entries that have no outcome then.
   */
  private async sendAll(topic: string, entries: readonly LogEntry[], outcomes: PublishOutcome[]): Promise<Unwritten> {
    try {
      const producer = await this.connection.ready();
      await this.requireTopic(topic);
      for (const part of partsOf(entries)) {
        outcomes.push(...(await this.sendPart(producer, topic, part)));
        if (outcomes.some(({ written }) => !written)) break;
      }
      return { reason: 'not sent, because an entry before it was not confirmed' };
    } catch (error) {
      if (error instanceof EventLogError && error.code === 'topic-missing') throw error;
      const cause = error instanceof EventLogError ? error.failure : causeOf(error);
      const why = describeDenial(error, { onTopic: `Write on the topic ${topic}` });
      return { reason: `Kafka did not confirm: ${why}`, ...(cause && { cause }) };
    }
  }

  private async sendPart(
    producer: ProducerClient,
    topic: string,
    part: readonly LogEntry[],
  ): Promise<PublishOutcome[]> {
    try {
      return await producer.send(topic, part);
    } catch (error) {
      this.knownTopics.delete(topic);
      this.connection.failed(error);
      throw error;
    }
  }

  /** KafkaJS would search a missing topic for seconds: this checks once for each topic, and again after a failed send. */
  private async requireTopic(topic: string): Promise<void> {
    if (this.knownTopics.has(topic)) return;
    await this.topics.require([topic]);
    this.knownTopics.add(topic);
  }
}

type Unwritten = Omit<Extract<PublishOutcome, { written: false }>, 'written'>;

function filledUp(outcomes: PublishOutcome[], length: number, unwritten: Unwritten): PublishOutcome[] {
  while (outcomes.length < length) outcomes.push({ written: false, ...unwritten });
  return outcomes;
}

/** Brokers accept 1 MiB for each partition of a request; a smaller request fits, whatever partitions it is for. */
const MAX_PART_BYTES = 900_000;

/** Cuts the entries into parts of at most {@link MAX_PART_BYTES}, in their order; a larger entry makes a separate part. */
export function partsOf(entries: readonly LogEntry[], maxBytes = MAX_PART_BYTES): (readonly LogEntry[])[] {
  const parts: (readonly LogEntry[])[] = [];
  let start = 0;
  let bytes = 0;
  entries.forEach((entry, index) => {
    const size = maxRecordBytes(entry);
    if (bytes + size > maxBytes && index > start) {
      parts.push(entries.slice(start, index));
      start = index;
      bytes = 0;
    }
    bytes += size;
  });
  parts.push(start === 0 ? entries : entries.slice(start));
  return parts;
}
