import type { Consumer, ConsumerConfig, EachBatchPayload } from 'kafkajs';
import type { TopicPartition, TopicPosition, EventLogOptions } from '@sluice/event-log';
import { within } from '@sluice/async';
import { GroupContact } from './group-contact.js';
import { markedMetadata } from './commit-mark.js';
import { ConnectionAttempts } from './connection-attempts.js';
import { brokersOf, newConsumerClient } from './kafka-client.js';
import { describeError } from './kafka-errors.js';

/**
 * Long enough for a process that is busy or frozen for a moment, short enough that its partitions do not stay without an owner.
 */
const SESSION_TIMEOUT_MS = 30_000;
const HEARTBEAT_INTERVAL_MS = 3_000;
const REBALANCE_TIMEOUT_MS = 60_000;

/** Records are returned as soon as there are any; an idle fetch waits this long, and so does the next heartbeat after it. */
const FETCH: Partial<ConsumerConfig> = {
  minBytes: 1,
  maxWaitTimeInMs: 250,
  maxBytesPerPartition: 1024 * 1024,
  maxBytes: 8 * 1024 * 1024,
};

/** More partitions than a member usually has: a fetched batch seldom waits for another one. */
const CONCURRENT_BATCHES = 128;
/** New partitions of a topic are discovered after this time. */
const METADATA_MAX_AGE_MS = 10_000;
/** One failure may be a connection that was closed in passing, or one broker of several. */
const FAILURES_UNTIL_LOST = 3;
const DISCONNECT_TIMEOUT_MS = 5_000;

export interface ConsumerEvents {
  /** No broker can be reached; KafkaJS keeps trying. */
  lost(reason: string): void;
  /** The group has acknowledged this member. May be called although nothing was lost. */
  alive(): void;
  /** The group has assigned its partitions again. */
  joined(partitions: readonly { topic: string; partition: number }[]): void;
  /** Must not throw. KafkaJS continues to fetch when it resolves. */
  batch(payload: EachBatchPayload): Promise<void>;
}

/** One KafkaJS consumer from its creation to its first crash. KafkaJS could restart itself; a new client is in a known state. */
export class ConsumerSession {
  private readonly consumer: Consumer;
  private readonly contact = new GroupContact();
  private readonly ended = Promise.withResolvers<Error | undefined>();
  private lastPayload: EachBatchPayload | undefined;
  private readonly attempts = new ConnectionAttempts((error) => this.connectionFailed(error));
  private topics: readonly string[] = [];
  private failures = 0;
  private isStopped = false;

  constructor(
    private readonly options: EventLogOptions,
    group: string,
    private readonly events: ConsumerEvents,
  ) {
    this.consumer = newConsumerClient(options, this.attempts, () => this.brokers()).consumer({
      groupId: group,
      sessionTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_INTERVAL_MS,
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      allowAutoTopicCreation: false,
      metadataMaxAge: METADATA_MAX_AGE_MS,
      retry: { restartOnFailure: () => Promise.resolve(false) },
      ...FETCH,
    });
    const { CRASH, FETCH: FETCHED, GROUP_JOIN, HEARTBEAT, REQUEST_TIMEOUT } = this.consumer.events;
    this.consumer.on(CRASH, ({ payload }) => this.ended.resolve(payload.error));
    this.consumer.on(GROUP_JOIN, ({ payload }) => {
      this.heardOf();
      // KafkaJS keeps its pauses over a rebalance; partitions that come back are read again.
      this.consumer.resume(this.topics.map((topic) => ({ topic })));
      events.joined(partitionsOf(payload.memberAssignment));
    });
    this.consumer.on(HEARTBEAT, () => this.heardOf());
    this.consumer.on(FETCHED, () => {
      if (this.contact.isForgottenAtFetch()) this.ended.resolve(new Error('the group has forgotten this member'));
    });
    this.consumer.on(REQUEST_TIMEOUT, () => events.lost('no answer'));
  }

  /** Resolves with the error that ended it, or with `undefined` after {@link stop}. */
  async run(topics: readonly string[]): Promise<Error | undefined> {
    this.topics = topics;
    const error = await Promise.race([this.consume(topics), this.ended.promise]).catch((failure: Error) => failure);
    await within(
      DISCONNECT_TIMEOUT_MS,
      this.consumer.disconnect().catch(() => undefined),
    );
    this.attempts.end();
    return error && this.attempts.revealed(error);
  }

  /** Makes {@link run} leave the group and resolve; no batch may be under way for long. */
  stop(): void {
    this.isStopped = true;
    this.ended.resolve(undefined);
  }

  /** KafkaJS may try to connect for minutes and ignores all calls meanwhile: {@link run} does not wait for that. */
  private async consume(topics: readonly string[]): Promise<Error | undefined> {
    await this.consumer.connect();
    await this.consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: CONCURRENT_BATCHES,
      eachBatch: (payload) => {
        this.lastPayload = payload;
        return this.events.batch(payload);
      },
    });
    return this.ended.promise;
  }

  seek({ topic, partition, offset }: TopicPosition): void {
    this.consumer.seek({ topic, partition, offset: String(offset) });
  }

  /** KafkaJS fetches no more of the partition, and drops what it is fetching. */
  pause({ topic, partition }: TopicPartition): void {
    this.consumer.pause([{ topic, partitions: [partition] }]);
  }

  resume(position: TopicPosition): void {
    this.seek(position);
    this.consumer.resume([{ topic: position.topic, partitions: [position.partition] }]);
  }

  /**
   * One attempt, so that each covers the partitions that this member owns at its time. KafkaJS offers a single attempt only
   * beside a batch; before the first batch, its own retries have to do.
   *
   * @throws an error of KafkaJS
   */
  async commit(positions: readonly TopicPosition[], note: string): Promise<void> {
    const metadata = markedMetadata(note);
    const offsets = positions.map((position) => ({ ...position, offset: String(position.offset), metadata }));
    if (this.lastPayload === undefined) return this.consumer.commitOffsets(offsets);
    const byTopic = Map.groupBy(offsets, ({ topic }) => topic);
    const topics = Array.from(byTopic, ([topic, partitions]) => ({ topic, partitions }));
    return this.lastPayload.commitOffsetsIfNecessary({ topics });
  }

  /** Empty once stopped, so that KafkaJS ends its attempts to connect. */
  private brokers(): string[] {
    return this.isStopped ? [] : brokersOf(this.options.url);
  }

  private connectionFailed(error: Error): void {
    this.contact.interrupted();
    if (++this.failures === FAILURES_UNTIL_LOST) this.events.lost(describeError(error));
  }

  private heardOf(): void {
    this.failures = 0;
    this.contact.onContact();
    this.events.alive();
  }
}

function partitionsOf(assignment: Record<string, number[]>): { topic: string; partition: number }[] {
  return Object.entries(assignment).flatMap(([topic, partitions]) =>
    partitions.map((partition) => ({ topic, partition })),
  );
}
