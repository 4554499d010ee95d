import { beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { FakeClock, until } from '@sluice/test-kit';
import { ProcessGroup } from './process-group.js';
import { FakeProcess } from './testing/fake-process.js';

const RESTART = { minMs: 1, maxMs: 4 };

let clock: FakeClock;
let forked: FakeProcess[];
let lines: Record<string, unknown>[];
let group: ProcessGroup;
let exit: Promise<number>;

/** @param stopTimeoutMs longer than a test unless it says otherwise */
function run(count: number, stopTimeoutMs = 60_000): void {
  clock = new FakeClock();
  forked = [];
  lines = [];
  const logger = pino(
    { level: 'info' },
    { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const fork = (number: number): FakeProcess => {
    const child = new FakeProcess(number);
    forked.push(child);
    return child;
  };
  group = new ProcessGroup({ count, fork, logger, stopTimeoutMs, onFork: () => undefined, clock, restart: RESTART });
  exit = group.run();
}

const numbers = (): number[] => forked.map(({ number }) => number);
/** The messages of a process that pass a signal on. */
const signalsTo = ({ sent }: FakeProcess): unknown[] => sent.map((message) => (message as { body: unknown }).body);

async function runAll(count: number): Promise<void> {
  run(count);
  forked[0]!.starts();
  for (const child of forked.slice(1)) child.starts();
  expect(group.isRunning).toBe(true);
}

describe('A group of processes', () => {
  it('A group of processes starts the first one alone, and the others once it has started', () => {
    run(3);
    expect(numbers()).toEqual([1]);
    forked[0]!.says('serving');
    expect(numbers()).toEqual([1]);
    forked[0]!.says('started');
    expect(numbers()).toEqual([1, 2, 3]);
    forked[1]!.starts();
    expect(group.isRunning).toBe(false);
    forked[2]!.starts();
    expect([group.isRunning, group.up.length]).toEqual([true, 3]);
  });

  it('A group of processes ends with an error when the first one cannot start, which reports the reason itself', async () => {
    run(3);
    forked[0]!.ends(1);
    expect(await exit).toBe(1);
    expect([numbers(), lines]).toEqual([[1], []]);
  });

  it('A group of processes ends with an error when another one cannot start, after those that have started', async () => {
    run(2);
    forked[0]!.starts();
    forked[1]!.ends(1);
    expect(signalsTo(forked[0]!)).toEqual(['SIGTERM']);
    forked[0]!.ends(0);
    expect(await exit).toBe(1);
  });
});

describe('A process of a group that ends', () => {
  beforeEach(() => runAll(2));

  it('A process of a group that ends is started again', async () => {
    forked[0]!.ends(null, 'SIGKILL');
    expect(group.up.map(({ number }) => number)).toEqual([2]);
    await until(() => forked.length === 3);
    expect([numbers(), group.restarts]).toEqual([[1, 2, 1], 1]);
    forked[2]!.starts();
    expect(group.up).toHaveLength(2);
  });

  it('A process of a group that ends soon is started again with a growing delay, and one that ran long at once', async () => {
    for (let times = 1; times <= 4; times++) {
      forked.findLast(({ number }) => number === 1)!.ends(1);
      await until(() => forked.length === 2 + times);
      forked.at(-1)!.starts();
    }
    const delays = (): number[] => lines.flatMap(({ delayMs }) => (delayMs === undefined ? [] : [Number(delayMs)]));
    expect(delays().at(-1)).toBeGreaterThanOrEqual(RESTART.maxMs / 2);
    clock.advance(60_000);
    forked.at(-1)!.ends(1);
    expect(delays().at(-1)).toBeLessThanOrEqual(RESTART.minMs);
    await until(() => forked.length === 7);
  });

  it('A group ends with an error when a process that has ended cannot be started again', async () => {
    forked[0]!.ends(null, 'SIGKILL');
    for (let starts = 1; starts <= 5; starts++) {
      await until(() => forked.length === 2 + starts);
      forked.at(-1)!.ends(1);
    }
    expect(signalsTo(forked[1]!)).toEqual(['SIGTERM']);
    forked[1]!.ends(0);
    expect(await exit).toBe(1);
    expect(lines.at(-1)).toMatchObject({ msg: 'a process cannot start: all are stopped' });
  });
});

describe('A group that is asked to stop', () => {
  it('A group that is asked to stop passes every signal on, and ends once all processes have', async () => {
    await runAll(2);
    group.stop('SIGTERM');
    group.stop('SIGINT');
    expect(forked.map(signalsTo)).toEqual([
      ['SIGTERM', 'SIGINT'],
      ['SIGTERM', 'SIGINT'],
    ]);
    for (const child of forked) child.ends(0);
    expect(await exit).toBe(0);
  });

  it('A group that is asked to stop starts no process again, and does not wait for one that does not serve yet', async () => {
    await runAll(3);
    forked[0]!.ends(null, 'SIGKILL');
    forked[1]!.ends(null, 'SIGKILL');
    await until(() => forked.length === 5);
    group.stop('SIGTERM');
    expect(forked.slice(3).map(({ signals }) => signals)).toEqual([['SIGKILL'], ['SIGKILL']]);
    forked[2]!.ends(0);
    expect(await exit).toBe(0);
    expect(forked).toHaveLength(5);
  });

  it('A group that is asked to stop ends with an error when a process ends with one', async () => {
    await runAll(2);
    group.stop('SIGTERM');
    forked[0]!.ends(1);
    forked[1]!.ends(0);
    expect(await exit).toBe(1);
  });

  it('A group that is asked to stop kills a process that does not stop in time, and ends with an error', async () => {
    run(1, 1);
    forked[0]!.starts();
    group.stop('SIGTERM');
    expect(await exit).toBe(1);
    expect(forked[0]!.signals).toEqual(['SIGKILL']);
  });
});
