import {
  type BufferInspector,
  EventLog,
  EventPublisher,
  type EventSubscription,
  type InspectOptions,
  type LogEntry,
  type LogRecord,
  type PublishOutcome,
  type SubscribeOptions,
  type TopicSpec,
} from '@sluice/event-log';

/** An event log whose topics and groups have a unique prefix, so that suites share one broker. */
export class PrefixedLog extends EventLog {
  readonly publisher: EventPublisher;

  constructor(
    private readonly log: EventLog,
    private readonly prefix: string,
  ) {
    super();
    const named = (topic: string) => this.named(topic);
    this.publisher = new (class extends EventPublisher {
      publish(topic: string, entries: readonly LogEntry[]): Promise<PublishOutcome[]> {
        return log.publisher.publish(named(topic), entries);
      }
    })();
  }

  createTopics(topics: readonly TopicSpec[]): Promise<void> {
    return this.log.createTopics(topics.map((topic) => ({ ...topic, name: this.named(topic.name) })));
  }

  requireTopics(names: readonly string[]): Promise<void> {
    return this.log.requireTopics(names.map((name) => this.named(name)));
  }

  subscribe({ group, topics }: SubscribeOptions): EventSubscription {
    const names = topics.map((topic) => this.named(topic));
    const subscription = this.log.subscribe({ group: this.named(group), topics: names });
    const pull = subscription.pull.bind(subscription);
    const commit = subscription.commit.bind(subscription);
    subscription.pull = async (options) => (await pull(options)).map((record) => this.unnamed(record));
    subscription.commit = (positions, note) =>
      commit(
        positions.map((position) => ({ ...position, topic: this.named(position.topic) })),
        note,
      );
    return subscription;
  }

  inspect({ group, topic }: InspectOptions): BufferInspector {
    const inspector = this.log.inspect({ group: this.named(group), topic: this.named(topic) });
    const peek = inspector.peek.bind(inspector);
    inspector.peek = async (options) => (await peek(options)).map((record) => this.unnamed(record));
    return inspector;
  }

  ping(): Promise<void> {
    return this.log.ping();
  }

  close(): Promise<void> {
    return this.log.close();
  }

  private named(name: string): string {
    return `${this.prefix}.${name}`;
  }

  private unnamed(record: LogRecord): LogRecord {
    return { ...record, topic: record.topic.slice(this.prefix.length + 1) };
  }
}
