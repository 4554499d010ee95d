import {
  EventLog,
  type EventPublisher,
  type BufferInspector,
  type EventSubscription,
  type InspectOptions,
  type LogEntry,
  type SubscribeOptions,
  type TopicSpec,
} from '@sluice/event-log';

type Named = { topic: string };

/** A log whose topics and groups are a suite's own on a broker that others use: their names have a prefix that nobody sees. */
export class OwnTopics extends EventLog {
  readonly publisher: EventPublisher;

  constructor(
    private readonly log: EventLog,
    private readonly prefix: string,
  ) {
    super();
    const publish = (topic: string, entries: readonly LogEntry[]) => log.publisher.publish(prefix + topic, entries);
    this.publisher = Object.assign(Object.create(log.publisher) as EventPublisher, { publish });
  }

  createTopics(topics: readonly TopicSpec[]): Promise<void> {
    return this.log.createTopics(topics.map((topic) => ({ ...topic, name: this.prefix + topic.name })));
  }

  requireTopics(names: readonly string[]): Promise<void> {
    return this.log.requireTopics(names.map((name) => this.prefix + name));
  }

  subscribe({ group, topics, ...more }: SubscribeOptions): EventSubscription {
    const own = { ...more, group: this.prefix + group, topics: topics.map((topic) => this.prefix + topic) };
    return this.named(this.log.subscribe(own));
  }

  inspect({ group, topic }: InspectOptions): BufferInspector {
    return this.log.inspect({ group: this.prefix + group, topic: this.prefix + topic });
  }

  ping(): Promise<void> {
    return this.log.ping();
  }

  close(): Promise<void> {
    return this.log.close();
  }

  private named(own: EventSubscription): EventSubscription {
    const shown = <T extends Named>(named: T): T => ({ ...named, topic: named.topic.slice(this.prefix.length) });
    const hidden = <T extends Named>(named: T): T => ({ ...named, topic: this.prefix + named.topic });
    return {
      pull: async (options) => (await own.pull(options)).map(shown),
      commit: (positions, note) => own.commit(positions.map(hidden), note),
      assignment: () => own.assignment().map(shown),
      onRevoked: (listener) => own.onRevoked((partitions) => listener(partitions.map(shown))),
      disturbance: () => own.disturbance?.(),
      acceptPositions: () => own.acceptPositions?.(),
      pause: (partitions) => own.pause(partitions.map(hidden)),
      resume: (positions) => own.resume(positions.map(hidden)),
      close: () => own.close(),
    };
  }
}
