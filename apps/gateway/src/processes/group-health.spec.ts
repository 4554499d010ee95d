import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { Member, ProcessGroup } from '@sluice/process';
import { until } from '@sluice/test-kit';
import { GroupHealth } from './group-health.js';

/** A process of a group that answers as the test says. */
class FakeMember {
  answer: () => Promise<unknown> = async () => undefined;
  kills = 0;
  readonly link = { ask: () => this.answer() };

  constructor(readonly number: number) {}

  kill(): void {
    this.kills++;
  }
}

const silent = (): Promise<never> => Promise.reject(new Error('no answer in time'));

function healthOf(members: readonly FakeMember[], { isRunning = true, up = members } = {}): GroupHealth {
  const group = { members, up, isRunning } as unknown as ProcessGroup;
  return new GroupHealth(group, pino({ enabled: false }));
}

const asking = (member: FakeMember): Member => member as unknown as Member;

describe('The health of several processes', () => {
  const members = (): [FakeMember, FakeMember, FakeMember] => [new FakeMember(1), new FakeMember(2), new FakeMember(3)];

  it('The health of several processes is good when each one that accepts connections is ready', async () => {
    const all = members();
    expect(await healthOf(all).peersOf(asking(all[0]))).toEqual({ running: 3, of: 3 });
  });

  it('The health of several processes is not good before all have started', async () => {
    const all = members();
    const health = healthOf(all, { isRunning: false, up: all.slice(0, 1) });
    expect(await health.peersOf(asking(all[0]))).toMatchObject({ fault: '1 of 3 processes have started' });
  });

  it('The health of several processes leaves out a process that is being restarted', async () => {
    const all = members();
    all[2].answer = silent;
    expect(await healthOf(all, { up: all.slice(0, 2) }).peersOf(asking(all[0]))).toEqual({ running: 2, of: 3 });
  });

  it.each([
    [async () => 'event-log: it does not answer', 'process 2 is not ready: event-log: it does not answer'],
    [silent, 'process 2 does not answer'],
  ])('The health of several processes names the process that is not ready', async (answer, fault) => {
    const all = members();
    all[1].answer = answer;
    expect(await healthOf(all).peersOf(asking(all[0]))).toMatchObject({ fault });
  });

  it('The health of several processes does not ask the process that asks', async () => {
    const all = members();
    all[0].answer = silent;
    expect(await healthOf(all).peersOf(asking(all[0]))).not.toHaveProperty('fault');
  });
});

describe('A process that hangs', () => {
  it('A process that hangs is ended after several missing answers in a row, and not before', async () => {
    const [hangs, slow] = [new FakeMember(1), new FakeMember(2)];
    hangs.answer = silent;
    let asked = 0;
    slow.answer = () => (++asked % 3 === 0 ? Promise.resolve(true) : silent());
    const stop = healthOf([hangs, slow]).watch(1);
    await until(() => hangs.kills > 0 && asked > 6);
    stop();
    expect(slow.kills).toBe(0);
  });
});
