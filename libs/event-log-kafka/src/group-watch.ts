import type { GroupDisturbance, LineLogger, TopicPosition } from '@sluice/event-log';

/** A committed offset, and whether it carries the mark of our commits. */
export interface Commit extends TopicPosition {
  isOwn: boolean;
}

export interface GroupMember {
  clientId: string;
}

type Partition = Pick<TopicPosition, 'topic' | 'partition'>;

export interface GroupWatchOptions {
  group: string;
  /** Client ids that may be members. */
  clients: readonly string[];
  logger: LineLogger;
}

/**
 * Detects clients in a group that belongs to one service alone. Such a client gets partitions, and the service never reads what
 * that client commits.
 *
 * Knows how far the service itself has committed, from the mark of its commits, while the process lives. A commit without the
 * mark beyond that is not believed: reading continues where the service was. Records that come twice are harmless.
 *
 * A process that has just started does not know how far the service was. It believes commits without the mark, except when some
 * partitions have the mark and others do not, and no sibling can have written the others: version 0.1 wrote no mark, and a reset
 * of the whole topic leaves none.
 */
export class GroupWatch {
  readonly #own = new Map<string, number>();
  readonly #unexplained = new Map<string, Commit>();
  readonly #clients: ReadonlySet<string>;
  #foreign: readonly string[] = [];
  /** There was no member before, or a foreign one: no member of ours can have committed meanwhile. */
  #isSuspicious = false;
  #hasJoined = false;

  constructor(private readonly options: GroupWatchOptions) {
    this.#clients = new Set(options.clients);
  }

  get disturbance(): GroupDisturbance | undefined {
    const { group } = this.options;
    if (this.#foreign.length > 0) {
      const detail = `The group ${group} has members that are not buffer workers: client id ${this.#foreign.join(', ')}.`;
      return { reason: 'foreign_group_member', detail };
    }
    if (this.#unexplained.size === 0) return undefined;
    const places = Array.from(
      this.#unexplained.values(),
      ({ topic, partition, offset }) => `${topic}/${partition} at ${offset}`,
    );
    const detail = `In the group ${group} another client has committed ${places.slice(0, MAX_PLACES).join(', ')}.`;
    return { reason: 'foreign_commit', detail };
  }

  /** Called with the members of the group: when this member has joined, and every few seconds. */
  sawMembers(members: readonly GroupMember[]): void {
    const before = this.disturbance?.reason;
    const foreign = members.map(({ clientId }) => clientId).filter((clientId) => !this.#clients.has(clientId));
    this.#foreign = [...new Set(foreign)].map(printable).slice(0, MAX_PLACES);
    if (this.#foreign.length > 0 || (!this.#hasJoined && members.length === 1)) this.#isSuspicious = true;
    this.#hasJoined = true;
    this.report(before);
  }

  /** Called with the committed offsets of all partitions. Stores the progress of the service. */
  sawCommits(commits: readonly Commit[]): void {
    for (const commit of commits) if (commit.isOwn) this.#own.set(placeOf(commit), commit.offset);
  }

  /** This member has committed. */
  committed(positions: readonly TopicPosition[]): void {
    for (const position of positions) this.#own.set(placeOf(position), position.offset);
  }

  /**
   * The next offset to read in partitions that were just assigned to this member.
   *
   * @param commits of all partitions of the topic, without those that were never committed
   */
  startsOf(topic: string, positions: readonly TopicPosition[], commits: readonly Commit[]): TopicPosition[] {
    const before = this.disturbance?.reason;
    const isMixed = commits.some(({ isOwn }) => isOwn);
    const byPlace = new Map(commits.map((commit) => [placeOf(commit), commit]));
    for (const [place, commit] of this.#unexplained) if (commit.topic === topic) this.#unexplained.delete(place);
    const starts = positions.map((position) => {
      const commit = byPlace.get(placeOf(position));
      if (commit === undefined || commit.isOwn) return position;
      const own = this.#own.get(placeOf(position));
      if (own !== undefined) return this.withoutSkipping(position, own);
      if (isMixed && this.#isSuspicious) this.#unexplained.set(placeOf(position), commit);
      return position;
    });
    this.report(before);
    return starts;
  }

  /** Whether the offset must not be committed, because that would hide who wrote it. */
  isUnexplained(partition: Partition): boolean {
    return this.#unexplained.has(placeOf(partition));
  }

  /** An operator accepts the committed offsets as they are. */
  accept(): void {
    for (const commit of this.#unexplained.values()) this.#own.set(placeOf(commit), commit.offset);
    this.#unexplained.clear();
  }

  private withoutSkipping(position: TopicPosition, own: number): TopicPosition {
    if (position.offset <= own) return position;
    const { topic, partition, offset } = position;
    const where = `${topic}/${partition} at ${offset} in the group ${this.options.group}`;
    this.options.logger(
      'warn',
      `Another client has committed ${where}; reading goes on at ${own}, where this service was.`,
    );
    return { ...position, offset: own };
  }

  private report(before: GroupDisturbance['reason'] | undefined): void {
    const { disturbance } = this;
    if (disturbance?.reason === before) return;
    if (disturbance === undefined)
      this.options.logger('info', `The group ${this.options.group} has no foreign member anymore.`);
    else this.options.logger('warn', `${disturbance.detail} Nothing is read or committed until that is settled.`);
  }
}

const MAX_PLACES = 10;
const MAX_NAME_LENGTH = 100;

/** A client id is chosen by its owner. */
function printable(clientId: string): string {
  return JSON.stringify(clientId.slice(0, MAX_NAME_LENGTH));
}

function placeOf({ topic, partition }: Partition): string {
  return `${topic}/${partition}`;
}
