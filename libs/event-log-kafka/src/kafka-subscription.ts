import type { Batch, EachBatchPayload } from 'kafkajs';
import {
  EventLogError,
  type EventSubscription,
  type GroupDisturbance,
  type LogRecord,
  type PullOptions,
  type SubscribeOptions,
  type TopicPartition,
  type TopicPosition,
  type EventLogOptions,
  type LineLogger,
} from '@sluice/event-log';
import { ConsumerSession } from './consumer-session.js';
import { pause, within } from '@sluice/async';
import { GroupEntry, type Start } from './group-entry.js';
import type { KafkaAdmin } from './kafka-admin.js';
import {
  describeDenial,
  describeError,
  isFatal,
  isFenced,
  isOtherProtocol,
  isTopicMissing,
  isTransientAnswer,
} from './kafka-errors.js';
import { Membership } from './membership.js';
import { Chunk, PullQueue } from './pull-queue.js';
import type { Reachability } from './reachability.js';

const RESTART_DELAY_MS = 1_000;
const COMMIT_RETRY_DELAY_MS = 100;
const POSITIONS_RETRY_DELAY_MS = 500;
/** KafkaJS sends a heartbeat when one is due; this is the interval of the checks. */
const HEARTBEAT_CHECK_MS = 1_000;
const CLOSE_TIMEOUT_MS = 8_000;

/** `not-ours`: this member may no longer commit these offsets. */
type CommitResult = 'moved' | 'not-ours';

/**
 * Pull over KafkaJS, which pushes: each fetched batch is held back in a queue until it is pulled, and KafkaJS fetches no more
 * before that. Pulled records are not held: a member may pull again before it commits.
 */
export class KafkaSubscription implements EventSubscription {
  private readonly queue = new PullQueue();
  private readonly revokedListeners: ((partitions: readonly TopicPartition[]) => void)[] = [];
  private readonly closing = new AbortController();
  private readonly life: Promise<void>;
  private readonly entry: GroupEntry;
  private session: ConsumerSession | undefined;
  private membership = new Membership();
  private failure: EventLogError | undefined;

  constructor(
    private readonly options: EventLogOptions,
    private readonly subscribed: SubscribeOptions,
    admin: KafkaAdmin,
    private readonly reachability: Reachability,
    private readonly logger: LineLogger,
  ) {
    this.membership.end();
    this.entry = new GroupEntry(admin, subscribed, options.clientId, logger);
    void this.entry.follow(() => this.membership.assignment().length > 0, this.closing.signal);
    this.life = this.live();
  }

  async pull(options: PullOptions): Promise<LogRecord[]> {
    this.refuseWhenEnded();
    return this.queue.pull(options);
  }

  async commit(positions: readonly TopicPosition[], note = ''): Promise<void> {
    await this.commitInTime(positions, note);
  }

  async commitIfOwned(position: TopicPosition): Promise<boolean> {
    return (await this.commitInTime([position], '')) === 'moved';
  }

  assignment(): TopicPosition[] {
    return this.membership.assignment();
  }

  onRevoked(listener: (partitions: readonly TopicPartition[]) => void): void {
    this.revokedListeners.push(listener);
  }

  disturbance(): GroupDisturbance | undefined {
    return this.entry.watch?.disturbance;
  }

  acceptPositions(): void {
    const { watch } = this.entry;
    const taken = this.membership.assignment().filter((position) => watch?.isUnexplained(position));
    watch?.accept();
    if (taken.length > 0) void this.commit(taken).catch(() => undefined);
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const partition of this.membership.pause(partitions)) {
      this.session?.pause(partition);
      this.queue.dropPartition(partition);
    }
  }

  resume(positions: readonly TopicPosition[]): void {
    for (const position of this.membership.resume(positions)) this.session?.resume(position);
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.queue.end();
    this.session?.stop();
    this.reachability.forget(this);
    await within(CLOSE_TIMEOUT_MS, this.life);
  }

  private refuseWhenEnded(): void {
    if (this.failure !== undefined) throw this.failure;
    if (this.closing.signal.aborted) throw new EventLogError('closed', 'The subscription is closed.');
  }

  /** One session after another, while an error is not final. */
  private async live(): Promise<void> {
    for (let failures = 0; !this.closing.signal.aborted; failures++) {
      const error = await this.liveOneSession();
      this.revoke();
      if (error === undefined) return;
      if (isFatal(error) && !(await this.isShutOut(error))) return this.fail(error);
      // A new coordinator refuses its first requests while it loads: no line in the log.
      if (failures > 0 || !isTransientAnswer(error)) this.report(error);
      await pause(RESTART_DELAY_MS, this.closing.signal);
    }
  }

  private async liveOneSession(): Promise<Error | undefined> {
    const { group, topics } = this.subscribed;
    this.session = new ConsumerSession(this.options, group, {
      lost: (reason) => this.reachability.lost(this, reason),
      alive: () => this.reachability.back(this),
      joined: (partitions) => this.joined(partitions),
      batch: (payload) => this.hold(payload),
    });
    return this.session.run(topics);
  }

  /** A foreign member of another protocol keeps this one out of a group that is closed to it: that ends when it leaves. */
  private async isShutOut(error: Error): Promise<boolean> {
    if (!isOtherProtocol(error)) return false;
    await this.entry.lookAtMembers().catch(() => undefined);
    return this.disturbance() !== undefined;
  }

  private fail(error: Error): void {
    const { group, topics } = this.subscribed;
    const rights = { onTopic: `Read on the topic ${topics.join(', ')}`, onGroup: `Read on the group ${group}` };
    const why = describeDenial(error, rights);
    const message = `Kafka has refused the consumer group ${group} for good: ${why}. Fix it and start again.`;
    this.failure = new EventLogError('fatal', message, { cause: error });
    this.queue.end();
  }

  private report(error: Error): void {
    if (!isTopicMissing(error)) return this.reachability.lost(this, describeError(error));
    const names = this.subscribed.topics.join(', ');
    this.logger(
      'warn',
      `A topic of ${names} is missing; run the init step, which creates it. Looking again until it is there.`,
    );
  }

  private joined(partitions: readonly TopicPartition[]): void {
    this.revoke();
    this.membership = new Membership();
    void this.openMembership(this.membership, partitions);
  }

  private async openMembership(membership: Membership, partitions: readonly TopicPartition[]): Promise<void> {
    while (membership.isCurrent) {
      try {
        return await this.openAt(membership, await this.entry.startsOf(partitions));
      } catch {
        await pause(POSITIONS_RETRY_DELAY_MS, this.closing.signal);
      }
    }
  }

  /** Continues at `start`, whatever offset KafkaJS has found committed. */
  private async openAt(membership: Membership, starts: readonly Start[]): Promise<void> {
    membership.open(starts.map(({ position }) => position));
    if (!membership.isCurrent) return;
    for (const { position, committed } of starts) if (position.offset < committed) this.session?.seek(position);
    const unmarked = starts.filter(({ isMarked }) => !isMarked).map(({ position }) => position);
    if (unmarked.length > 0 && this.disturbance() === undefined) await this.commit(unmarked).catch(() => undefined);
  }

  private revoke(): void {
    const lost = this.membership.assignment().map(({ topic, partition }) => ({ topic, partition }));
    this.membership.end();
    this.queue.drop();
    if (lost.length > 0) for (const listener of this.revokedListeners) listener(lost);
  }

  /** KafkaJS takes the end of this call for the end of the work on the batch, and sends heartbeats only when asked to. */
  private async hold(payload: EachBatchPayload): Promise<void> {
    const { membership } = this;
    const heartbeat = setInterval(() => void this.checkHeartbeat(payload), HEARTBEAT_CHECK_MS);
    try {
      await membership.opened;
      if (membership.isCurrent) await this.offer(payload, membership);
    } finally {
      clearInterval(heartbeat);
    }
  }

  private async offer({ batch, resolveOffset }: EachBatchPayload, membership: Membership): Promise<void> {
    // Fetched before the pause: it is fetched again after it.
    if (membership.isPaused(batch)) return;
    const chunk = this.chunkOf(batch);
    if (chunk === undefined) return;
    const gap = membership.gapBefore(batch, chunk.nextOffset);
    if (gap !== undefined) return this.session?.seek(gap);
    // Compaction may have removed the rest of a batch.
    if (!chunk.isTaken) {
      this.queue.add(chunk);
      await chunk.released;
    }
    if (!membership.isCurrent) return;
    const last = chunk.isTaken ? Number(batch.lastOffset()) : chunk.lastTakenOffset;
    if (last === undefined) return;
    resolveOffset(String(last));
    membership.delivered(batch, last + 1);
  }

  /** A record that cannot be read ends the subscription: continuing after it would lose it. */
  private chunkOf(batch: Batch): Chunk | undefined {
    try {
      return new Chunk(batch);
    } catch (error) {
      this.failure = error as EventLogError;
      this.queue.end();
      return undefined;
    }
  }

  /**
   * Returns the batches to KafkaJS when a heartbeat fails: it meets the same failure then, and joins again or reconnects. Records
   * that were not pulled are fetched again.
   */
  private async checkHeartbeat(payload: EachBatchPayload): Promise<void> {
    await payload.heartbeat().catch(() => this.queue.drop());
  }

  private async commitInTime(positions: readonly TopicPosition[], note: string): Promise<CommitResult> {
    this.refuseWhenEnded();
    const { commitTimeoutMs } = this.options;
    const patience = AbortSignal.timeout(commitTimeoutMs);
    const result = await within(commitTimeoutMs, this.commitPatiently(positions, note, patience));
    if (result !== undefined) return result;
    throw new EventLogError('unavailable', `Kafka did not confirm the commit within ${commitTimeoutMs} ms.`);
  }

  private async commitPatiently(
    positions: readonly TopicPosition[],
    note: string,
    patience: AbortSignal,
  ): Promise<CommitResult | undefined> {
    while (!patience.aborted) {
      const result = await this.commitOnce(positions, note);
      if (result !== undefined) return result;
      await pause(COMMIT_RETRY_DELAY_MS, patience);
    }
    return undefined;
  }

  /** @returns `undefined` if another attempt may succeed */
  private async commitOnce(positions: readonly TopicPosition[], note: string): Promise<CommitResult | undefined> {
    const { membership, session } = this;
    await membership.opened;
    const own = membership
      .committable(positions)
      .filter((position) => this.entry.watch?.isUnexplained(position) !== true);
    if (own.length === 0 || session === undefined) return 'not-ours';
    try {
      await session.commit(own, note);
      // The commit of a generation that has ended meanwhile proves nothing about the next one.
      const result = membership.isCurrent ? 'moved' : 'not-ours';
      membership.committed(own);
      this.entry.watch?.committed(own);
      return result;
    } catch (error) {
      return isFenced(error) ? 'not-ours' : undefined;
    }
  }
}
