import { randomUUID } from 'node:crypto';
import type { Consumer, EachBatchPayload } from 'kafkajs';
import { EventLogError, type LogRecord, type PeekOptions } from '../event-log.js';
import type { EventLogOptions } from '../open-event-log.js';
import { within } from './deadline.js';
import { newKafkaClient } from './kafka-client.js';
import { describeError } from './kafka-errors.js';
import { RecordReader } from './log-records.js';

/** KafkaJS sleeps so long when every partition is paused: the longest time from a peek to its fetch. */
const FETCH_WAIT_MS = 50;
const MAX_BYTES_PER_PARTITION = 512 * 1024;
const DISCONNECT_TIMEOUT_MS = 5_000;

interface Peek extends PeekOptions {
  resolve(records: LogRecord[]): void;
  reject(error: Error): void;
}

/**
 * KafkaJS reads in a group only. This one has a group of its own, which never commits, and pauses every partition but
 * those of the peeks under way: one peek at a time in each partition, all partitions side by side.
 */
export class PeekReader {
  readonly group = `sluice-peek-${randomUUID()}`;
  isEnded = false;
  private readonly consumer: Consumer;
  private readonly starting: Promise<void>;
  /** By partition. The first of each queue is under way. */
  private readonly queues = new Map<number, Peek[]>();
  private isJoined = false;

  constructor(
    options: EventLogOptions,
    private readonly topic: string,
  ) {
    this.consumer = newKafkaClient(options).consumer({
      groupId: this.group,
      allowAutoTopicCreation: false,
      retry: { restartOnFailure: () => Promise.resolve(false) },
      maxWaitTimeInMs: FETCH_WAIT_MS,
      maxBytesPerPartition: MAX_BYTES_PER_PARTITION,
    });
    const { CRASH, GROUP_JOIN } = this.consumer.events;
    this.consumer.on(GROUP_JOIN, ({ payload }) => this.joined(payload.memberAssignment[topic] ?? []));
    this.consumer.on(CRASH, ({ payload }) => this.end(payload.error));
    this.starting = this.start().catch((error: unknown) => this.end(error));
  }

  /** Resolves with at least one record of a range that has any. @throws EventLogError `unavailable` */
  read(options: PeekOptions): Promise<LogRecord[]> {
    return new Promise((resolve, reject) => {
      const queue = this.queues.get(options.partition) ?? [];
      this.queues.set(options.partition, queue);
      queue.push({ ...options, resolve, reject });
      if (queue.length === 1 && this.isJoined) this.begin(queue[0]!);
    });
  }

  /** Idempotent. What is still under way fails. */
  async close(): Promise<void> {
    this.end(new Error('closed'));
    await within(DISCONNECT_TIMEOUT_MS, this.disconnect());
  }

  private async start(): Promise<void> {
    await this.consumer.connect();
    await this.consumer.subscribe({ topic: this.topic, fromBeginning: true });
    await this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 16,
      eachBatch: async (payload) => this.serve(payload),
    });
  }

  private async disconnect(): Promise<void> {
    await this.starting;
    await this.consumer.disconnect().catch(() => undefined);
  }

  /** By number: KafkaJS forgets that all are paused when it is told to pause one of them. */
  private joined(partitions: number[]): void {
    this.isJoined = true;
    this.consumer.pause([{ topic: this.topic, partitions }]);
    for (const [peek] of this.queues.values()) if (peek !== undefined) this.begin(peek);
  }

  private begin({ partition, fromOffset }: Peek): void {
    this.consumer.seek({ topic: this.topic, partition, offset: String(fromOffset) });
    this.consumer.resume([{ topic: this.topic, partitions: [partition] }]);
  }

  private serve({ batch, resolveOffset, pause }: EachBatchPayload): void {
    const queue = this.queues.get(batch.partition) ?? [];
    const [peek, next] = queue;
    if (peek !== undefined) {
      const reader = new RecordReader(batch);
      const records = batch.messages
        .filter(({ offset }) => Number(offset) >= peek.fromOffset && Number(offset) < peek.toOffset)
        .slice(0, peek.maxRecords)
        .map((message) => reader.read(message));
      // Nothing of the range yet, and it goes on behind this batch.
      if (records.length === 0 && Number(batch.lastOffset()) + 1 < peek.toOffset)
        return resolveOffset(batch.lastOffset());
      queue.shift();
      peek.resolve(records);
    }
    if (next === undefined) pause();
    else this.begin(next);
  }

  private end(error: unknown): void {
    this.isEnded = true;
    const failure = new EventLogError('unavailable', `Kafka could not be read: ${describeError(error)}.`, {
      cause: error,
    });
    for (const queue of this.queues.values()) for (const peek of queue.splice(0)) peek.reject(failure);
  }
}
