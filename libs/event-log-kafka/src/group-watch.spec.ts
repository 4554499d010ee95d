import { beforeEach, describe, expect, it } from '@jest/globals';
import { GroupWatch, type Commit } from './group-watch.js';

const US = { clientId: 'sluice-buffer-worker' };
const THEM = { clientId: 'kafkajs' };

describe('GroupWatch', () => {
  let lines: string[];
  let watch: GroupWatch;
  beforeEach(() => {
    lines = [];
    watch = newWatch();
  });

  function newWatch(): GroupWatch {
    const log = (level: string, message: string) => lines.push(`${level}: ${message}`);
    return new GroupWatch({ group: 'store', clients: [US.clientId], logger: log });
  }

  it('Siblings do not disturb the group', () => {
    watch.sawMembers([US, US, US]);
    expect(watch.disturbance).toBeUndefined();
    expect(lines).toEqual([]);
  });

  it('A foreign member is reported once, and so is its departure', () => {
    watch.sawMembers([US, THEM]);
    watch.sawMembers([THEM, US]);
    expect(watch.disturbance).toMatchObject({
      reason: 'foreign_group_member',
      detail: expect.stringContaining('kafkajs'),
    });
    watch.sawMembers([US]);
    watch.sawMembers([US]);
    expect(watch.disturbance).toBeUndefined();
    expect(lines.map((line) => line.slice(0, 4))).toEqual(['warn', 'info']);
  });

  it('A client id is shown without control characters and with a bounded length', () => {
    watch.sawMembers([US, { clientId: `a\n${'b'.repeat(10_000)}` }]);
    expect(watch.disturbance!.detail).not.toContain('\n');
    expect(watch.disturbance!.detail.length).toBeLessThan(300);
  });

  it('Reading continues at the last offset of the service, not at the commit of another client', () => {
    watch.sawCommits([own(0, 5), own(1, 7)]);
    watch.committed([at(1, 9)]);
    watch.sawCommits([foreign(0, 20), foreign(1, 30)]);
    const starts = watch.startsOf('events', [at(0, 20), at(1, 30)], [foreign(0, 20), foreign(1, 30)]);
    expect(starts).toEqual([at(0, 5), at(1, 9)]);
    expect(lines).toHaveLength(2);
  });

  it('A commit that was reset to an earlier offset is accepted', () => {
    watch.sawCommits([own(0, 5)]);
    expect(watch.startsOf('events', [at(0, 2)], [foreign(0, 2)])).toEqual([at(0, 2)]);
    expect(lines).toEqual([]);
  });

  it('The commits of siblings are accepted, however far they are', () => {
    watch.sawCommits([own(0, 5)]);
    expect(watch.startsOf('events', [at(0, 50)], [own(0, 50)])).toEqual([at(0, 50)]);
  });

  describe('GroupWatch in a process that does not know the last offset of the service', () => {
    const mixed = [foreign(0, 20), own(1, 7)];

    it('A group without any mark is accepted: version 0.1 wrote none, and a reset leaves none', () => {
      watch.sawMembers([US]);
      expect(watch.startsOf('events', [at(0, 20), at(1, 7)], [foreign(0, 20), foreign(1, 7)])).toHaveLength(2);
      expect(watch.disturbance).toBeUndefined();
    });

    it('Commits without a mark are not accepted after joining an empty group', () => {
      watch.sawMembers([US]);
      watch.startsOf('events', [at(0, 20), at(1, 7)], mixed);
      expect(watch.disturbance).toMatchObject({
        reason: 'foreign_commit',
        detail: expect.stringContaining('events/0 at 20'),
      });
      expect([watch.isUnexplained(at(0, 20)), watch.isUnexplained(at(1, 7))]).toEqual([true, false]);
    });

    it('Commits without a mark are accepted next to siblings, one of which may be of version 0.1', () => {
      watch.sawMembers([US, US]);
      watch.startsOf('events', [at(0, 20)], mixed);
      expect(watch.disturbance).toBeUndefined();
    });

    it('Commits without a mark are not accepted after a foreign member was seen', () => {
      watch.sawMembers([US, US, THEM]);
      watch.startsOf('events', [at(0, 20)], mixed);
      watch.sawMembers([US, US]);
      expect(watch.disturbance).toMatchObject({ reason: 'foreign_commit' });
    });

    it('Commits without a mark are accepted when an operator accepts them', () => {
      watch.sawMembers([US]);
      watch.startsOf('events', [at(0, 20), at(1, 7)], mixed);
      watch.accept();
      expect(watch.disturbance).toBeUndefined();
      expect(watch.startsOf('events', [at(0, 20)], mixed)).toEqual([at(0, 20)]);
      expect(watch.disturbance).toBeUndefined();
    });
  });
});

function at(partition: number, offset: number) {
  return { topic: 'events', partition, offset };
}

function own(partition: number, offset: number): Commit {
  return { ...at(partition, offset), isOwn: true };
}

function foreign(partition: number, offset: number): Commit {
  return { ...at(partition, offset), isOwn: false };
}
