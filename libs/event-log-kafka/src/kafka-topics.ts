import { EventLogError, type TopicSpec } from '@sluice/event-log';
import type { KafkaAdmin } from './kafka-admin.js';

/**
 * A record is written once most of the replicas have it: of three, one may be unavailable, and nothing is lost. Of two, none may
 * be unavailable: no record is accepted meanwhile, which is better than a record in one replica.
 */
function minInSyncReplicas(copies: number) {
  return copies < 2 ? [] : [{ name: 'min.insync.replicas', value: String(Math.floor(copies / 2) + 1) }];
}

const KEEPS_ALL = [
  { name: 'retention.ms', value: '-1' },
  { name: 'retention.bytes', value: '-1' },
  { name: 'cleanup.policy', value: 'delete' },
];

/** KafkaJS looks for a topic for about three seconds in each. */
const READY_ATTEMPTS = 4;

/** Topics are created and looked up on purpose, never as a side effect of a request. */
export class KafkaTopics {
  constructor(
    private readonly admin: KafkaAdmin,
    private readonly replicationFactor: number,
  ) {}

  /** See `EventLog.createTopics`. */
  async create(specs: readonly TopicSpec[]): Promise<void> {
    for (const spec of specs) {
      const found = (await this.partitionCount(spec.name)) ?? (await this.createOne(spec));
      if (found !== undefined && found !== spec.partitions) await this.reconcile(spec, found);
    }
  }

  /** See `EventLog.topicDifferences`. */
  async differences(specs: readonly TopicSpec[]): Promise<string[]> {
    const differences: string[] = [];
    for (const spec of specs) {
      const found = await this.partitionCount(spec.name);
      if (found === undefined) differences.push(this.missing(spec));
      else if (found !== spec.partitions && spec.otherCount !== 'keep') differences.push(mismatch(spec, found).message);
    }
    return differences;
  }

  private missing({ name, partitions, keepsAll }: TopicSpec): string {
    const copies = this.replicationFactor < 0 ? [] : [`--replication-factor ${this.replicationFactor}`];
    const config = [...minInSyncReplicas(this.replicationFactor), ...(keepsAll === true ? KEEPS_ALL : [])];
    const options = [...copies, ...config.map((entry) => `--config ${entry.name}=${entry.value}`)];
    const create = `--create --topic ${name} --partitions ${partitions} ${options.join(' ')}`.trimEnd();
    const command = `kafka-topics.sh --bootstrap-server HOST:9092 ${create}`;
    return `The topic ${name} is missing, or this login may not see it. Run ${command}`;
  }

  /** See `EventLog.requireTopics`. */
  async require(names: readonly string[]): Promise<void> {
    for (const name of names) {
      if ((await this.partitionCount(name)) === undefined) throw topicMissing(name);
    }
  }

  /** Resolves if this login may create the topic; none is created. @throws EventLogError `unavailable` */
  async proveCreatable(name: string): Promise<void> {
    const topics = [{ topic: name, numPartitions: 1, replicationFactor: this.replicationFactor }];
    await this.admin.ask((admin) => admin.createTopics({ topics, validateOnly: true, waitForLeaders: false }));
  }

  private async reconcile(spec: TopicSpec, found: number): Promise<void> {
    if (spec.otherCount === 'keep') return;
    if (spec.otherCount !== 'grow' || spec.partitions < found) throw mismatch(spec, found);
    const { name: topic, partitions: count } = spec;
    try {
      await this.admin.ask((admin) => admin.createPartitions({ topicPartitions: [{ topic, count }] }));
    } catch (error) {
      throw error instanceof EventLogError && error.failure === 'authorization' ? mayNotGrow(spec, found) : error;
    }
    await this.untilReady(topic);
  }

  /** Resolves with the final number of partitions: another process may be faster. */
  private async createOne({ name, partitions, keepsAll }: TopicSpec): Promise<number | undefined> {
    const topic = {
      topic: name,
      numPartitions: partitions,
      replicationFactor: this.replicationFactor,
      configEntries: [...minInSyncReplicas(this.replicationFactor), ...(keepsAll === true ? KEEPS_ALL : [])],
    };
    // KafkaJS would wait for the leaders, and treat a broker that does not have the topic yet as a failure.
    const isNew = await naming('Create', name, () =>
      this.admin.ask((admin) => admin.createTopics({ topics: [topic], waitForLeaders: false })),
    );
    if (!isNew) return this.partitionCount(name);
    await this.untilReady(name);
    return partitions;
  }

  /**
   * Waits until every partition answers: if one partition of a send is not ready, KafkaJS repeats the whole send, and the others
   * would have its records twice.
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

  /** One topic at a time: for several, KafkaJS answers with the first error, whichever topic it is for. */
  private async partitionCount(name: string): Promise<number | undefined> {
    try {
      const { topics } = await naming('Describe', name, () =>
        this.admin.ask((admin) => admin.fetchTopicMetadata({ topics: [name] })),
      );
      return topics[0]?.partitions.length;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }
}

/** An error that names the right where the broker only reports that one is missing. */
async function naming<T>(right: string, topic: string, question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    if (!(error instanceof EventLogError) || error.failure !== 'authorization') throw error;
    const { code, failure } = error;
    const message = `This login lacks the right ${right} on the topic ${topic} (${failure}).`;
    throw new EventLogError(code, message, { cause: error, failure });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof EventLogError && error.code === 'topic-missing';
}

export function topicMissing(name: string): EventLogError {
  return new EventLogError('topic-missing', `The topic ${name} is missing; run the init step, which creates it.`);
}

function mismatch(spec: TopicSpec, found: number): EventLogError {
  const { partitions, setting = 'the number' } = spec;
  const advice =
    partitions < found
      ? `Kafka cannot remove partitions: set ${setting} to ${found}, or leave it out to take the topic as it is.`
      : `Set ${setting} to ${found}, or add the partitions: ${alterCommand(spec)}`;
  return new EventLogError('topic-mismatch', `${asked(spec, found)} ${advice}`);
}

function mayNotGrow(spec: TopicSpec, found: number): EventLogError {
  const detail = `This login lacks the right Alter on the topic, so run ${alterCommand(spec)}, or leave the setting out.`;
  return new EventLogError('topic-mismatch', `${asked(spec, found)} ${detail}`, { failure: 'authorization' });
}

function asked({ name, partitions, setting }: TopicSpec, found: number): string {
  const by = setting === undefined ? 'are asked for' : `are asked for by ${setting}`;
  return `The topic ${name} has ${found} partitions, and ${partitions} ${by}.`;
}

function alterCommand({ name, partitions }: TopicSpec): string {
  return `kafka-topics.sh --bootstrap-server HOST:9092 --alter --topic ${name} --partitions ${partitions}`;
}
