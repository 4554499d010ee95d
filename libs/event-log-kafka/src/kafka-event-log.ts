import {
  EventLog,
  EventLogError,
  type BufferInspector,
  type EventSubscription,
  type InspectOptions,
  type LogNames,
  type LogRight,
  type SubscribeOptions,
  type TopicFinding,
  type TopicSpec,
  type EventLogOptions,
  type LineLogger,
} from '@sluice/event-log';
import { within } from '@sluice/async';
import { DirectClient } from './direct-client.js';
import { KafkaAdmin } from './kafka-admin.js';
import { causeOf, describeError } from './kafka-errors.js';
import { KafkaInspector } from './kafka-inspector.js';
import { KafkaPublisher } from './kafka-publisher.js';
import { KafkaSubscription } from './kafka-subscription.js';
import { KafkaTopics } from './kafka-topics.js';
import { probeRight } from './right-probe.js';
import { isDenied, topicFindings } from './topic-settings.js';
import { probeWrites } from './write-probe.js';
import { Reachability } from './reachability.js';

const PING_TIMEOUT_MS = 3_000;

/** The event log on Kafka. Connects on first use. */
export class KafkaEventLog extends EventLog {
  override readonly publisher: KafkaPublisher;
  private readonly admin: KafkaAdmin;
  private readonly client: DirectClient;
  private readonly topics: KafkaTopics;
  private readonly writeLine: LineLogger;
  private readonly reachability: Reachability;
  private readonly open = new Set<KafkaSubscription>();
  private closed: Promise<void> | undefined;

  constructor(private readonly options: EventLogOptions) {
    super();
    this.writeLine = options.logger ?? (() => undefined);
    this.reachability = new Reachability(this.writeLine);
    this.admin = new KafkaAdmin(options);
    this.client = new DirectClient(options);
    this.topics = new KafkaTopics(this.admin, options.replicationFactor ?? 1);
    this.publisher = new KafkaPublisher(options, this.topics, this.reachability);
  }

  override get names(): LogNames {
    return this.options.names ?? super.names;
  }

  override createTopics(topics: readonly TopicSpec[]): Promise<void> {
    return this.topics.create(topics);
  }

  override topicDifferences(topics: readonly TopicSpec[]): Promise<string[]> {
    return this.topics.differences(topics);
  }

  override requireTopics(names: readonly string[]): Promise<void> {
    return this.topics.require(names);
  }

  override async topicFindings(
    topics: readonly Pick<TopicSpec, 'name' | 'keepsAll' | 'maxRecordBytes'>[],
  ): Promise<TopicFinding[]> {
    const findings = await Promise.all(topics.map((topic) => topicFindings(this.admin, topic)));
    return findings.flat();
  }

  override async proveWritable(topic: string): Promise<void> {
    await this.topics.require([topic]);
    await probeWrites(this.client, topic);
  }

  override async lacks(right: LogRight): Promise<boolean> {
    try {
      await probeRight({ admin: this.admin, client: this.client, topics: this.topics }, right);
      return false;
    } catch (error) {
      if (isDenied(error)) return true;
      throw error;
    }
  }

  override async brokerFacts(): Promise<string[]> {
    const { brokers } = await this.admin.ask((admin) => admin.describeCluster());
    return [`Brokers of Kafka: ${brokers.length}; ${await this.client.versionOfBrokers()}.`];
  }

  override subscribe(options: SubscribeOptions): EventSubscription {
    if (this.closed !== undefined) throw new EventLogError('closed', 'The event log is closed.');
    const subscription = new KafkaSubscription(this.options, options, this.admin, this.reachability, this.writeLine);
    this.open.add(subscription);
    return subscription;
  }

  override inspect(options: InspectOptions): BufferInspector {
    return new KafkaInspector(this.options, options, this.admin, this.client);
  }

  override async ping(): Promise<void> {
    const answer = this.publisher.isInUse
      ? this.publisher.ping()
      : this.admin.ask((admin) => admin.describeCluster(), PING_TIMEOUT_MS);
    const answered = await within(
      PING_TIMEOUT_MS,
      answer.then(() => true as const),
    ).catch((error: unknown) => error);
    if (answered !== true) throw this.noAnswer(answered);
  }

  override close(): Promise<void> {
    return (this.closed ??= this.closeAll());
  }

  /** @param error `undefined` if there was no answer in time */
  private noAnswer(error: unknown): EventLogError {
    if (error instanceof EventLogError) return error;
    const failure = (error === undefined ? this.publisher.failure : causeOf(error)) ?? 'timeout';
    const why = error === undefined ? failure : describeError(error);
    return new EventLogError('unavailable', `Kafka does not answer (${why}).`, { cause: error, failure });
  }

  private async closeAll(): Promise<void> {
    await Promise.all(Array.from(this.open, (part) => part.close()));
    await this.publisher.close();
    await Promise.all([this.client.close(), this.admin.close()]);
  }
}
