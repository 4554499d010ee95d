import { createErrorFromCode } from 'kafkajs/src/protocol/error.js';
import { pause } from '@sluice/async';
import { partitionOf } from '@sluice/contracts';
import type { LogEntry, PublishOutcome } from '@sluice/event-log';
import type { BatchCodec } from './compression.js';
import type { DirectBroker, ProducerCluster, PartitionMetadata } from './direct-cluster.js';
import { brokerErrorOf, causeOf, describeDenial, isFatal, isTransientAnswer } from './kafka-errors.js';
import type { ProducerClient } from './producer-client.js';
import { type AppendResult, LeaderLink } from './produce-request.js';

const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 1_000;

/** The entries of one partition, and their outcome. */
interface PartitionAppend {
  partition: number;
  entries: LogEntry[];
  /** The index of each entry in the send. */
  indexes: number[];
  baseOffset: number | undefined;
  error: Error | undefined;
}

/**
 * Appends record batches that Sluice encodes to the leaders of partitions, over the connections of KafkaJS: these bring TLS,
 * login and metadata, and cost nothing per record. KafkaJS's own producer costs five times as much
 * (docs/internals/decisions/0013-own-record-batches.md).
 *
 * - One send of a topic at a time, one request for each leader. This keeps the order within a partition: entries that a send
 * could not append in time have failed when the next one begins.
 * - Each partition has its own outcome, and only failed ones are sent again: a partition that has answered is never written
 * twice.
 * - A request without an answer (a lost connection) is sent again, too. It may then be in the log twice; the key of a record
 * makes that harmless.
 */
export class DirectProducer implements ProducerClient {
  private readonly link: LeaderLink;
  private readonly targets = new Set<string>();
  /** Partitions whose last append failed: they are tried once in a send, so that the others do not wait for them. */
  private readonly failing = new Set<string>();
  /** The last send of each topic. It never rejects. */
  private readonly tails = new Map<string, Promise<unknown>>();
  private readonly closing = new AbortController();

  /** @param timeoutMs a send has its outcomes within this time, unless a request to a broker takes longer */
  constructor(
    private readonly cluster: ProducerCluster,
    private readonly timeoutMs: number,
    codec?: BatchCodec,
  ) {
    this.link = new LeaderLink(timeoutMs, codec);
  }

  async probe(): Promise<void> {
    await this.cluster.connect();
    await this.cluster.refreshMetadataIfNecessary();
  }

  send(topic: string, entries: readonly LogEntry[]): Promise<PublishOutcome[]> {
    const deadlineMs = performance.now() + this.timeoutMs;
    const sending = (this.tails.get(topic) ?? Promise.resolve()).then(() => this.sendBy(deadlineMs, topic, entries));
    this.tails.set(
      topic,
      sending.catch(() => undefined),
    );
    return sending;
  }

  async disconnect(): Promise<void> {
    this.closing.abort();
    await this.cluster.disconnect();
  }

  private async sendBy(deadlineMs: number, topic: string, entries: readonly LogEntry[]): Promise<PublishOutcome[]> {
    const appends = await this.appendsOf(topic, entries);
    let open = appends;
    for (let retryMs = FIRST_RETRY_MS; ; retryMs = Math.min(2 * retryMs, LONGEST_RETRY_MS)) {
      await Promise.all(this.byLeader(topic, open).map(([leader, group]) => this.append(topic, leader, group)));
      open = open.filter((append) => this.isWorthRepeating(topic, append));
      if (open.length === 0 || performance.now() + retryMs > deadlineMs || this.closing.signal.aborted) break;
      await pause(retryMs, this.closing.signal);
      await this.cluster.refreshMetadata().catch(() => undefined);
    }
    for (const append of appends) this.remember(topic, append);
    return outcomesOf(topic, appends, entries.length);
  }

  private isWorthRepeating(topic: string, { partition, error }: PartitionAppend): boolean {
    return error !== undefined && mayPass(error) && !this.failing.has(`${topic}/${partition}`);
  }

  private remember(topic: string, { partition, error }: PartitionAppend): void {
    if (error !== undefined) this.failing.add(`${topic}/${partition}`);
    else this.failing.delete(`${topic}/${partition}`);
  }

  private async appendsOf(topic: string, entries: readonly LogEntry[]): Promise<PartitionAppend[]> {
    if (!this.targets.has(topic)) await this.cluster.addTargetTopic(topic);
    this.targets.add(topic);
    await this.cluster.refreshMetadataIfNecessary();
    const partitions = this.cluster.findTopicPartitionMetadata(topic).length;
    // UNKNOWN_TOPIC_OR_PARTITION
    if (partitions === 0) throw createErrorFromCode(3);
    return splitByPartition(entries, partitions);
  }

  private byLeader(topic: string, appends: readonly PartitionAppend[]): [number, PartitionAppend[]][] {
    const known = new Map(this.cluster.findTopicPartitionMetadata(topic).map(leaderEntry));
    return [...Map.groupBy(appends, ({ partition }) => known.get(partition) ?? NO_LEADER)];
  }

  /** Never rejects: a failure becomes the error of the appends. */
  private async append(topic: string, leader: number, appends: readonly PartitionAppend[]): Promise<void> {
    try {
      // LEADER_NOT_AVAILABLE
      if (leader === NO_LEADER) throw createErrorFromCode(5);
      const broker = await this.cluster.findBroker({ nodeId: leader });
      note(appends, await this.ask(broker, topic, appends));
    } catch (error) {
      for (const append of appends) append.error = error as Error;
    }
  }

  private async ask(broker: DirectBroker, topic: string, appends: readonly PartitionAppend[]): Promise<AppendResult[]> {
    try {
      return await this.link.append(broker, topic, appends);
    } catch (error) {
      // Like KafkaJS: the next request connects again.
      if ((error as Error).name === 'KafkaJSConnectionClosedError') await broker.disconnect();
      throw error;
    }
  }
}

const NO_LEADER = -1;

function leaderEntry({ partitionId, leader }: PartitionMetadata): [number, number] {
  return [partitionId, leader < 0 ? NO_LEADER : leader];
}

/** A partition that is missing in the answer has no outcome. */
function note(appends: readonly PartitionAppend[], results: readonly AppendResult[]): void {
  const byPartition = new Map(results.map((result) => [result.partition, result]));
  for (const append of appends) {
    const result = byPartition.get(append.partition);
    append.error = errorOf(result);
    if (append.error === undefined) append.baseOffset = result!.baseOffset;
  }
}

function errorOf(result: AppendResult | undefined): Error | undefined {
  if (result === undefined) return new Error('Kafka did not confirm the partition');
  return result.errorCode === 0 ? undefined : createErrorFromCode(result.errorCode);
}

/** The broker was unavailable, or refused for a temporary reason. */
function mayPass(error: Error): boolean {
  if (isFatal(error) || causeOf(error) === 'authentication' || causeOf(error) === 'certificate') return false;
  return brokerErrorOf(error) === undefined || isTransientAnswer(error) || brokerErrorOf(error) === STALE_TOPIC;
}

/** A leader that has just moved may not have its partition yet. */
const STALE_TOPIC = 'UNKNOWN_TOPIC_OR_PARTITION';

/** Entries without a key go to partition 0. */
function splitByPartition(entries: readonly LogEntry[], partitions: number): PartitionAppend[] {
  const appends: (PartitionAppend | undefined)[] = new Array<undefined>(partitions);
  for (let index = 0; index < entries.length; index++) {
    const entry = entries[index]!;
    const partition = entry.key === null ? 0 : partitionOf(entry.key, partitions);
    const append = (appends[partition] ??= newAppend(partition));
    append.entries.push(entry);
    append.indexes.push(index);
  }
  return appends.filter((append) => append !== undefined);
}

function newAppend(partition: number): PartitionAppend {
  return { partition, entries: [], indexes: [], baseOffset: undefined, error: undefined };
}

/** @throws the first error if nothing is known to be written */
function outcomesOf(topic: string, appends: readonly PartitionAppend[], length: number): PublishOutcome[] {
  if (appends.every(({ baseOffset }) => baseOffset === undefined)) throw appends[0]!.error!;
  const outcomes = new Array<PublishOutcome>(length);
  for (const { partition, indexes, baseOffset, error } of appends) {
    const failed = baseOffset === undefined ? failedOutcome(topic, error!) : undefined;
    for (let nth = 0; nth < indexes.length; nth++) {
      outcomes[indexes[nth]!] = failed ?? { written: true, partition, offset: baseOffset! + nth };
    }
  }
  return outcomes;
}

function failedOutcome(topic: string, error: Error): PublishOutcome {
  const cause = causeOf(error);
  const why = describeDenial(error, { onTopic: `Write on the topic ${topic}` });
  return { written: false, reason: `Kafka did not confirm: ${why}`, ...(cause && { cause }) };
}
