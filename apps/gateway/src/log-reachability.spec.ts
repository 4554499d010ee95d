import { beforeEach, expect, it } from '@jest/globals';
import type { PublishOutcome } from '#event-log';
import { Clock, type Logger } from '#runtime';
import { LogReachability } from './log-reachability.js';

const WRITTEN: PublishOutcome = { written: true, partition: 0, offset: 0 };
const FAILED: PublishOutcome = { written: false, reason: 'no leader' };

class SetClock extends Clock {
  nowMs = 0;

  override monotonicMs(): number {
    return this.nowMs;
  }
}

let clock: SetClock;
let lines: unknown[][];
let reachability: LogReachability;
beforeEach(() => {
  clock = new SetClock();
  lines = [];
  reachability = new LogReachability(clock, { warn: (...line: unknown[]) => lines.push(line) } as unknown as Logger);
});

it('says nothing while the log confirms', () => {
  reachability.note([WRITTEN, WRITTEN]);
  expect(lines).toEqual([]);
});

it('says once that the log does not confirm, with the reason, and once that it does again', () => {
  reachability.note([WRITTEN, FAILED]);
  reachability.note([FAILED]);
  expect(lines).toHaveLength(1);
  expect(lines[0]![0]).toEqual({ reason: 'no leader' });
  clock.nowMs += 5000;
  reachability.note([WRITTEN]);
  reachability.note([WRITTEN]);
  expect(lines).toHaveLength(2);
});

it('has no line for every turn of a log that comes and goes', () => {
  for (let turn = 0; turn < 10; turn++) {
    reachability.note([FAILED]);
    clock.nowMs += 100;
    reachability.note([WRITTEN]);
  }
  expect(lines).toHaveLength(1);
});
