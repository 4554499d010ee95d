import type { FailureCause } from './failure-cause.js';
import { DEFAULT_NAMES, type LogNames } from './log-names.js';
import type { LogRight } from './log-right.js';

/**
 * The port to the event log: topics of ordered, durable partitions. Adapters: `libs/event-log-kafka`, `libs/event-log-sqlite`.
 * Every adapter passes the contract suites in `testing/`.
 *
 * Offsets are whole numbers below 2^53. Times are milliseconds since 1970.
 */

/** One entry to append. */
export interface LogEntry {
  /** Partition key: entries of one key stay in order, in partition `partitionOf(key)`. An entry without a key goes to partition 0. */
  key: Buffer | null;
  value: Buffer | null;
  headers: Readonly<Record<string, string>>;
  /** Our own clock, never a device's: Kafka refuses a whole batch for one entry stamped an hour ahead. */
  timestampMs: number;
}

/** An entry in the event log, with its topic, partition and offset. */
export interface LogRecord extends LogEntry {
  topic: string;
  partition: number;
  offset: number;
}

export interface TopicPartition {
  topic: string;
  partition: number;
}

export interface TopicPosition extends TopicPartition {
  /** Next offset that the group will read: everything below it is done. */
  offset: number;
}

/**
 * The outcome of one entry. `written`: durable (Kafka: acks = all). Not written means at best that the outcome is unknown: the entry
 * may still appear in the event log, and a caller that repeats it must be prepared for that.
 */
export type PublishOutcome =
  { written: true; partition: number; offset: number } | { written: false; reason: string; cause?: FailureCause };

export interface PublishLoad {
  /** Entries without outcomes. */
  openEntries: number;
  /** Entries to which the log has given outcomes since the start. */
  settledEntries: number;
  /** How long the oldest call without outcomes has waited, in milliseconds; 0 if there is none. */
  oldestAgeMs: number;
}

const NOTHING_OPEN: PublishLoad = Object.freeze({ openEntries: 0, settledEntries: 0, oldestAgeMs: 0 });

/** The writing side. An abstract class, so that it is its own injection token; the same holds for {@link EventLog}. */
export abstract class EventPublisher {
  /** What the topics of its log are called. */
  get names(): LogNames {
    return DEFAULT_NAMES;
  }

  /**
   * Appends the entries to the topic. Resolves when every entry has an outcome, in the order of the entries;
   * an entry gets `written: true` only if it is durable. An unreachable event log is an outcome, not an error.
   * Always resolves within the adapter's publish deadline.
   *
   * @throws EventLogError if the topic is missing (`topic-missing`) or the log is closed (`closed`)
   */
  abstract publish(topic: string, entries: readonly LogEntry[]): Promise<PublishOutcome[]>;

  /** The load of calls without an outcome. A publisher that does not count reports none. */
  get load(): PublishLoad {
    return NOTHING_OPEN;
  }
}

export interface PullOptions {
  /** At least 1. A pull may return fewer. */
  maxRecords: number;
  /** Resolve with an empty list after this time if there is nothing. */
  maxWaitMs: number;
  /** Aborted: resolve at once with an empty list. */
  signal?: AbortSignal;
}

/**
 * One member of a consumer group. Several groups read independently; the members of one group share its partitions.
 * The member polls: not polling is the back-pressure. Membership stays alive between polls while the process runs.
 */
export interface EventSubscription {
  /**
   * The next records, in the order of their offsets within each partition; possibly of several partitions.
   * Every record is delivered once to this member, unless its partition was revoked and came back: then from the committed position.
   * A new group begins at the first record of the log.
   *
   * @throws EventLogError `closed`, or `fatal` when the subscription has ended permanently: the process should exit
   */
  pull(options: PullOptions): Promise<LogRecord[]>;

  /**
   * Moves the group's committed position. Only for records that are durable elsewhere.
   * Offsets of partitions that this member no longer owns are ignored: their owner reads the records again.
   * Resolves when the event log has acknowledged; transient errors are retried within the adapter's deadline.
   *
   * @param note up to 200 characters kept beside the position, for people: see {@link PartitionPosition.note}
   * @throws EventLogError `unavailable` if the log did not confirm in time; the positions may or may not have moved
   */
  commit(positions: readonly TopicPosition[], note?: string): Promise<void>;

  /**
   * As {@link commit} for one partition, with an answer: `true` if the log moved the position for this member, which then owned the
   * partition at that moment; `false` if another member may own it by now. A position that is committed already proves the same.
   *
   * @throws EventLogError `unavailable` if the log did not confirm in time; the position may or may not have moved
   */
  commitIfOwned(position: TopicPosition): Promise<boolean>;

  /** Partitions that this member owns now, with the position up to which the group has committed (or where it began). */
  assignment(): TopicPosition[];

  /** Called with the partitions that this member has just lost. Their polled records may be written again by other members. */
  onRevoked(listener: (partitions: readonly TopicPartition[]) => void): void;

  /**
   * Pulls return no records of these partitions until {@link resume}; the other partitions continue. The member keeps the partitions,
   * and the adapter keeps none of their records in memory. A pause ends with the ownership: a partition that was revoked and comes
   * back is not paused. Partitions that this member does not own are left out.
   */
  pause(partitions: readonly TopicPartition[]): void;

  /**
   * Ends pauses: pulls return the records of each partition from `offset` on, also those that were pulled before. It does not move
   * the committed position. Partitions that are not paused are left out.
   */
  resume(positions: readonly TopicPosition[]): void;

  /**
   * Why nothing may be handled or committed now, in a group that is closed to others ({@link SubscribeOptions.clients});
   * `undefined` if handling and committing are allowed.
   */
  disturbance?(): GroupDisturbance | undefined;

  /** An operator has decided that the committed offsets are right although another client wrote them: ends a `foreign_commit`. */
  acceptPositions?(): void;

  /** Leaves the group. Idempotent; pending pulls resolve empty. Nothing is committed by it. */
  close(): Promise<void>;
}

/**
 * `foreign_group_member`: a client of another kind is a member now. `foreign_commit`: another client has committed offsets, and
 * it is unknown which records were handled.
 */
export interface GroupDisturbance {
  reason: 'foreign_group_member' | 'foreign_commit';
  /** For logs. */
  detail: string;
}

export interface SubscribeOptions {
  group: string;
  topics: readonly string[];
  /**
   * Closes the group to all clients except those with these ids and this one: records that another client reads would be lost. The
   * embedded log has one process and needs no such check. Default: open to all.
   */
  clients?: readonly string[];
}

/** The offsets of one group in one partition. `low <= committed <= high`. */
export interface PartitionPosition {
  partition: number;
  /** First offset that the log still has. */
  low: number;
  /** Next offset that the group will read. For a group that has never committed it is `low`. */
  committed: number;
  /** Offset after the last readable record. */
  high: number;
  /** The note of the last commit; empty if there was none. */
  note: string;
  /** Records that the log has removed before the group had read them; left out where there are none. */
  expired?: number;
}

export interface PeekOptions {
  partition: number;
  /** First offset to return. */
  fromOffset: number;
  /** First offset not to return. */
  toOffset: number;
  /** At least 1. A peek may return fewer although more wait; it returns none only if there are none in the range. */
  maxRecords: number;
}

/** A member of a group, and what it reads now of one topic. */
export interface GroupAssignment {
  /** As the client names itself, such as `buffer-worker`. */
  clientId: string;
  /** Where it connects from, as the event log sees it; `null` for a member in this process. */
  host: string | null;
  /** Its partitions of the topic, in order; empty during a rebalance. */
  partitions: number[];
}

/** Reads what is buffered for a group, without joining it and without moving an offset. */
export interface BufferInspector {
  /** Positions of all partitions, in order. @throws EventLogError `unavailable`, `topic-missing` */
  positions(): Promise<PartitionPosition[]>;
  /** Records of one partition in the order of their offsets. @throws EventLogError `unavailable` */
  peek(options: PeekOptions): Promise<LogRecord[]>;
  /** How many members the group has now. @throws EventLogError `unavailable` */
  members(): Promise<number>;
  /** The members of the group with their partitions of the topic. @throws EventLogError `unavailable` */
  assignments(): Promise<GroupAssignment[]>;
  /**
   * How long the log keeps a record, read or not, in milliseconds; `undefined` if it keeps what the group has not read.
   *
   * @throws EventLogError `unavailable`
   */
  retentionMs(): Promise<number | undefined>;
}

export interface InspectOptions {
  group: string;
  topic: string;
}

export interface TopicSpec {
  name: string;
  /** Partitions of a new topic. */
  partitions: number;
  /** If the topic exists with another number: `refuse` (an error, the default), accept it, or add partitions. */
  otherCount?: 'refuse' | 'keep' | 'grow';
  /** The setting that asks for the number, for the error. */
  setting?: string;
  /** No entry is ever removed from it, neither by age nor by size. */
  keepsAll?: boolean;
  /** Its largest record, in bytes with all that is around it: a topic that takes no such record is a finding. */
  maxRecordBytes?: number;
}

/** Represents all settings of a topic that this login may not read. */
export const UNREADABLE_SETTING = 'unreadable';

/** A setting of a topic that puts records at risk, or that could not be read. */
export interface TopicFinding {
  topic: string;
  /** As the log names it, such as `retention.ms`. */
  setting: string;
  /** For people: what it does, and what to do about it. */
  detail: string;
}

/** Limits of a topic in the embedded log. An absent limit does not apply. */
export interface TopicLimits {
  maxAgeMs?: number;
  /** Of keys, values and headers. */
  maxBytes?: number;
  /** Entries that a group of the topic has yet to read are kept; all are kept if no group has ever committed in the topic. */
  keepsUnread: boolean;
  /** Groups for which nothing is kept: of consumers that are switched off, and may have left positions behind. */
  ignoredGroups?: readonly string[];
}

/** The size of one topic in the embedded log. */
export interface TopicUsage {
  topic: string;
  /** Of keys, values and headers. */
  bytes: number;
  /** Time stamp of the oldest entry; left out if there is none. */
  oldestMs?: number;
  /** Entries that were removed since the start, by the limit that they exceeded. */
  removed: { age: number; bytes: number };
}

/** One connection to an event log, with its publisher and subscriptions. Created once for each process. */
export abstract class EventLog {
  /** The names of its topics and of the buffer worker's group. */
  get names(): LogNames {
    return DEFAULT_NAMES;
  }

  /**
   * Makes the topics that are missing. Of the others, only the number of partitions is looked at: {@link TopicSpec.otherCount}.
   * Idempotent.
   *
   * @throws EventLogError `unavailable`, `topic-mismatch`
   */
  abstract createTopics(topics: readonly TopicSpec[]): Promise<void>;
  /** @throws EventLogError `topic-missing` naming the topic and the step that makes it; `unavailable` */
  abstract requireTopics(names: readonly string[]): Promise<void>;
  /**
   * The changes that {@link createTopics} would make, one sentence each with the command; empty if the topics match. Creates nothing,
   * and needs no right to. A log in files of this process creates its topics anyway: no other process can.
   *
   * @throws EventLogError `unavailable`
   */
  async topicDifferences(topics: readonly TopicSpec[]): Promise<string[]> {
    await this.createTopics(topics);
    return [];
  }

  /**
   * Finds settings of the topics by which records may be lost. An event log without such settings finds nothing.
   *
   * @throws EventLogError `unavailable`, `topic-missing`
   */
  async topicFindings(
    topics: readonly Pick<TopicSpec, 'name' | 'keepsAll' | 'maxRecordBytes'>[],
  ): Promise<TopicFinding[]> {
    return topics.flatMap(() => []);
  }

  /**
   * Resolves if an append to the topic would succeed, as far as that shows without one: the right, the disk, the replicas.
   * Nothing is appended.
   *
   * @throws EventLogError `unavailable` with the failure, `topic-missing`
   */
  async proveWritable(topic: string): Promise<void> {
    await this.requireTopics([topic]);
  }

  /**
   * Whether this login lacks a right, found out by a request that needs it and changes nothing. An engine without logins lacks this
   * method.
   *
   * @throws EventLogError `unavailable`, `topic-missing`
   */
  lacks?(right: LogRight): Promise<boolean>;

  /** What is known of the brokers, one sentence each; empty for an engine that has none. @throws EventLogError `unavailable` */
  async brokerFacts(): Promise<string[]> {
    return [];
  }

  /** One publisher for all callers; connects on first use and reconnects by itself. */
  abstract readonly publisher: EventPublisher;
  /**
   * A new member of a group. Connects in the background: an event log that is down is not an error.
   *
   * @throws EventLogError `topic-missing`, from the embedded engine only
   */
  abstract subscribe(options: SubscribeOptions): EventSubscription;
  abstract inspect(options: InspectOptions): BufferInspector;
  /** Resolves if the log answers on the connection in use. @throws EventLogError `unavailable` */
  abstract ping(): Promise<void>;
  /** What is kept of each topic; empty for an engine that measures itself. */
  usage(): TopicUsage[] {
    return [];
  }
  /**
   * Copies the whole log to a new file while it is in use: what is appended meanwhile is in it or not, each append as a whole.
   *
   * @param path of the copy, which must not exist
   * @throws EventLogError `invalid-url` for an engine that is backed up with its own tools; an error of the file system
   */
  async backup(path: string): Promise<void> {
    throw new EventLogError('invalid-url', `This event log is not a file, so it cannot be copied to ${path}.`);
  }

  /** Closes subscriptions that are still open, then the rest. Idempotent. */
  abstract close(): Promise<void>;
}

export type EventLogErrorCode =
  | 'unavailable'
  | 'topic-missing'
  | 'topic-mismatch'
  | 'closed'
  | 'fatal'
  /** No engine can use the URL, and no waiting helps. */
  | 'invalid-url'
  /** Of the packages: names that belong to Sluice, or that are none. */
  | 'reserved-group'
  | 'invalid-group'
  | 'reserved-topic'
  | 'invalid-topic';

export class EventLogError extends Error {
  override readonly name = 'EventLogError';

  /** Why, where that is known. */
  readonly failure: FailureCause | undefined;

  constructor(
    readonly code: EventLogErrorCode,
    message: string,
    options?: ErrorOptions & { failure?: FailureCause | undefined },
  ) {
    super(message, options);
    this.failure = options?.failure;
  }
}
