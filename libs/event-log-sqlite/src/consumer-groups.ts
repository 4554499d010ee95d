import type { Partition } from './partition.js';

/** The calls of a group to its members. */
export interface GroupMember {
  readonly group: string;
  /** The partitions of the topics that the member reads. */
  readonly readable: readonly Partition[];
  /** The partitions that the member reads now. */
  readonly owned: Iterable<Partition>;
  /** Removes the partitions that are not in the list. */
  keepOnly(partitions: ReadonlySet<Partition>): void;
  /** Adds partitions that the member does not have yet, from the committed offset on. */
  assign(partitions: ReadonlySet<Partition>): void;
  /** Called when there may be new records. */
  wake(): void;
  close(): Promise<void>;
}

/**
 * The groups of this process, which is the only one that reads the file. Assigns the partitions again whenever a member joins or
 * leaves.
 */
export class ConsumerGroups {
  private readonly groups = new Map<string, Set<GroupMember>>();

  join(member: GroupMember): void {
    const members = this.groups.get(member.group) ?? new Set<GroupMember>();
    this.groups.set(member.group, members.add(member));
    shareOut([...members]);
  }

  leave(member: GroupMember): void {
    const members = this.groups.get(member.group);
    if (!members?.delete(member)) return;
    if (members.size === 0) this.groups.delete(member.group);
    shareOut([...members]);
  }

  membersOf(group: string): number {
    return this.groups.get(group)?.size ?? 0;
  }

  /** For each member, the partitions that it reads now. */
  sharesOf(group: string): Partition[][] {
    return [...(this.groups.get(group) ?? [])].map(({ owned }) => [...owned]);
  }

  wakeAll(): void {
    for (const member of this.everyMember()) member.wake();
  }

  async closeAll(): Promise<void> {
    await Promise.all(this.everyMember().map((member) => member.close()));
  }

  private everyMember(): GroupMember[] {
    return [...this.groups.values()].flatMap((members) => [...members]);
  }
}

/** All members release partitions before any member gets one, so that no partition has two owners. */
function shareOut(members: readonly GroupMember[]): void {
  const shares = new Map(members.map((member) => [member, new Set<Partition>()]));
  const partitions = new Set(members.flatMap(({ readable }) => readable));
  [...partitions].forEach((partition, index) => {
    const readers = members.filter(({ readable }) => readable.includes(partition));
    shares.get(readers[index % readers.length]!)!.add(partition);
  });
  for (const [member, share] of shares) member.keepOnly(share);
  for (const [member, share] of shares) member.assign(share);
}
