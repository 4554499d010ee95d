import type { LineLogger, SubscribeOptions, TopicPosition } from '@sluice/event-log';
import { pause } from '@sluice/async';
import { groupCommits, groupPositions } from './group-positions.js';
import { GroupWatch, type Commit } from './group-watch.js';
import type { KafkaAdmin } from './kafka-admin.js';

/** How long it may take to detect a foreign member that joins without a rebalance of this member. */
const WATCH_INTERVAL_MS = 5_000;

type Partition = Pick<TopicPosition, 'topic' | 'partition'>;

/** The next offset to read in a partition, and what the group has committed there. */
export interface Start {
  position: TopicPosition;
  committed: number;
  /** False if the commit has to be written once more, with our mark. */
  isMarked: boolean;
}

/** The requests of a member to its group before it reads and, in a group that is closed to other clients, while it reads. */
export class GroupEntry {
  /** Set for a group that is closed to other clients. */
  readonly watch: GroupWatch | undefined;

  constructor(
    private readonly admin: KafkaAdmin,
    private readonly subscribed: SubscribeOptions,
    clientId: string,
    logger: LineLogger,
  ) {
    const { group, clients } = subscribed;
    this.watch = clients && new GroupWatch({ group, clients: [...clients, clientId], logger });
  }

  /**
   * The next offset to read in partitions that were just assigned to this member.
   *
   * @throws EventLogError `unavailable`, `topic-missing`
   */
  async startsOf(partitions: readonly Partition[]): Promise<Start[]> {
    await this.lookAtMembers();
    const byTopic = Map.groupBy(partitions, ({ topic }) => topic);
    const starts = Array.from(byTopic, async ([topic, owned]) => {
      const numbers = new Set(owned.map(({ partition }) => partition));
      const { positions, commits } = await groupPositions(this.admin, this.subscribed.group, topic);
      const committed = positions
        .filter(({ partition }) => numbers.has(partition))
        .map((position) => ({ topic, partition: position.partition, offset: position.committed }));
      return this.watched(topic, committed, commits);
    });
    return (await Promise.all(starts)).flat();
  }

  /** Checks the group from time to time while `isMember`. Another part reports an event log that does not answer. */
  async follow(isMember: () => boolean, signal: AbortSignal): Promise<void> {
    const { watch } = this;
    if (watch === undefined) return;
    for (; !signal.aborted; await pause(WATCH_INTERVAL_MS, signal)) {
      if (isMember()) await this.check(watch).catch(() => undefined);
    }
  }

  /** Does nothing in a group that is open to all. @throws EventLogError `unavailable` */
  async lookAtMembers(): Promise<void> {
    if (this.watch === undefined) return;
    const { groups } = await this.admin.ask((admin) => admin.describeGroups([this.subscribed.group]));
    this.watch.sawMembers(groups[0]?.members ?? []);
  }

  private async check(watch: GroupWatch): Promise<void> {
    await this.lookAtMembers();
    watch.sawCommits(await groupCommits(this.admin, this.subscribed.group, this.subscribed.topics));
  }

  private watched(topic: string, committed: readonly TopicPosition[], commits: readonly Commit[]): Start[] {
    this.watch?.sawCommits(commits);
    const positions = this.watch?.startsOf(topic, committed, commits) ?? committed;
    const unmarked = new Set(commits.filter(({ isOwn }) => !isOwn).map(({ partition }) => partition));
    return positions.map((position, index) => {
      const isMarked = this.watch === undefined || !unmarked.has(position.partition);
      return { position, committed: committed[index]!.offset, isMarked };
    });
  }
}
