import { EventLogError, type TopicSpec } from '../event-log.js';
import type { KafkaAdmin } from './kafka-admin.js';

/** With three copies or more, a record is written once two of them have it: one broker may be away without loss. */
const MIN_IN_SYNC_REPLICAS = [{ name: 'min.insync.replicas', value: '2' }];

/** KafkaJS looks for a topic for about three seconds in each. */
const READY_ATTEMPTS = 4;

/** Topics are made and looked for on purpose, never by asking for them. */
export class KafkaTopics {
  constructor(
    private readonly admin: KafkaAdmin,
    private readonly replicationFactor: number,
  ) {}

  /** See `EventLog.createTopics`. */
  async create(specs: readonly TopicSpec[]): Promise<void> {
    for (const spec of specs) {
      const found = (await this.partitionCount(spec.name)) ?? (await this.createOne(spec));
      if (found !== undefined && found !== spec.partitions) throw mismatch(spec, found);
    }
  }

  /** See `EventLog.requireTopics`. */
  async require(names: readonly string[]): Promise<void> {
    for (const name of names) {
      if ((await this.partitionCount(name)) === undefined) throw topicMissing(name);
    }
  }

  /** Resolves with the number of partitions that there are then: somebody else may be faster. */
  private async createOne({ name, partitions }: TopicSpec): Promise<number | undefined> {
    const topic = {
      topic: name,
      numPartitions: partitions,
      replicationFactor: this.replicationFactor,
      ...(this.replicationFactor >= 3 && { configEntries: MIN_IN_SYNC_REPLICAS }),
    };
    // KafkaJS would wait for the leaders, and take a broker that has not heard of the topic yet for a failure.
    const isNew = await this.admin.ask((admin) => admin.createTopics({ topics: [topic], waitForLeaders: false }));
    if (!isNew) return this.partitionCount(name);
    await this.untilReady(name);
    return partitions;
  }

  /**
   * Waits until every partition answers for itself: a send to several partitions of which one is not ready is repeated by
   * KafkaJS as a whole, and would stand twice in the others.
   */
  private async untilReady(name: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return void (await this.admin.ask((admin) => admin.fetchTopicOffsets(name)));
      } catch (error) {
        if (attempt === READY_ATTEMPTS || !isMissing(error)) throw error;
      }
    }
  }

  /** One topic at a time: KafkaJS answers for several with the first error, whosever it is. */
  private async partitionCount(name: string): Promise<number | undefined> {
    try {
      const { topics } = await this.admin.ask((admin) => admin.fetchTopicMetadata({ topics: [name] }));
      return topics[0]?.partitions.length;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof EventLogError && error.code === 'topic-missing';
}

export function topicMissing(name: string): EventLogError {
  return new EventLogError('topic-missing', `The topic ${name} is missing; run the init step, which makes it.`);
}

function mismatch({ name, partitions }: TopicSpec, found: number): EventLogError {
  const message =
    `The topic ${name} has ${found} partitions, and ${partitions} are asked for. Ask for ${found}, or move to a new topic: ` +
    `with another number of partitions a device would change its partition, and its order would be lost.`;
  return new EventLogError('topic-mismatch', message);
}
