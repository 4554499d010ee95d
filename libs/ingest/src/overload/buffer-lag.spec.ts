import { beforeEach, describe, expect, it } from '@jest/globals';
import type { PartitionPosition } from '@sluice/event-log';
import { BufferLag } from './buffer-lag.js';
import { LagStage } from './lag-watch.js';

const at = (partition: number, committed: number, high: number): PartitionPosition => ({
  partition,
  low: 0,
  committed,
  high,
  note: '',
});

let lag: BufferLag;
beforeEach(() => {
  lag = new BufferLag();
});

describe('The lag of the buffer', () => {
  it('The lag of the buffer is zero when all records are stored', () => {
    lag.update([at(0, 7, 7), at(1, 9, 9)], 1000);
    expect(lag).toMatchObject({ records: 0, seconds: 0 });
  });

  it('The lag of the buffer counts the buffered records of all partitions', () => {
    lag.update([at(0, 5, 7), at(1, 0, 9)], 1000);
    expect(lag.records).toBe(11);
  });

  it('The lag of the buffer is as old as the first sample with unstored records', () => {
    lag.update([at(0, 0, 10)], 1000);
    lag.update([at(0, 0, 20)], 2000);
    lag.update([at(0, 4, 30)], 4000);
    expect(lag.seconds).toBe(3);
  });

  it('The age of the lag decreases when the records of its first sample are stored', () => {
    lag.update([at(0, 0, 10)], 1000);
    lag.update([at(0, 0, 20)], 2000);
    lag.update([at(0, 10, 20)], 5000);
    expect(lag.seconds).toBe(3);
    lag.update([at(0, 20, 20)], 6000);
    expect(lag.seconds).toBe(0);
  });

  it('The lag of the buffer is that of the partition which is furthest behind', () => {
    lag.update([at(0, 0, 10), at(1, 0, 0)], 1000);
    lag.update([at(0, 10, 20), at(1, 0, 5)], 3000);
    lag.update([at(0, 20, 30), at(1, 0, 5)], 9000);
    expect(lag.seconds).toBe(6);
  });

  it('The age of the oldest record stays exact to a second, however long the lag lasts', () => {
    for (let second = 0; second <= 10_000; second++) lag.update([at(0, 0, second + 1)], second * 1000);
    expect(lag.seconds).toBe(10_000);
  });

  it('The age of the lag is never overstated, and never much understated, although not every sample is kept', () => {
    for (let second = 0; second < 1000; second++) lag.update([at(0, 0, second + 1)], second * 1000);
    lag.update([at(0, 500, 1000)], 1_000_000);
    expect(lag.seconds).toBeLessThanOrEqual(500);
    expect(lag.seconds).toBeGreaterThan(480);
  });
});

describe('The time until the buffered records are stored', () => {
  it('The time until the buffered records are stored follows from the records stored between two samples', () => {
    lag.update([at(0, 0, 1000)], 1000);
    lag.update([at(0, 200, 1000)], 3000);
    expect([lag.storedPerSecond, lag.drainSeconds]).toEqual([100, 8]);
  });

  it('The time until the buffered records are stored is a minute when nothing is stored, or more than a minute', () => {
    lag.update([at(0, 0, 1000)], 1000);
    expect(lag.drainSeconds).toBe(60);
    lag.update([at(0, 1, 1000)], 2000);
    expect(lag.drainSeconds).toBe(60);
  });

  it('The time until the buffered records are stored is at least a second', () => {
    lag.update([at(0, 0, 1000)], 1000);
    lag.update([at(0, 1000, 1000)], 2000);
    expect(lag.drainSeconds).toBe(1);
  });
});

describe('A stage of the lag', () => {
  const reached = (stage: LagStage, records: number): boolean => {
    lag.update([at(0, 0, records)], 1000);
    stage.update(lag);
    return stage.isReached;
  };

  it('A stage of the lag begins above its limit and ends well below it', () => {
    const stage = new LagStage(100, 0);
    expect([100, 101, 90, 81, 80, 90].map((records) => reached(stage, records))).toEqual([
      false,
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  it('A stage of the lag is reached by the age alone', () => {
    const stage = new LagStage(0, 5);
    expect(reached(stage, 1)).toBe(false);
    lag.update([at(0, 0, 1)], 7000);
    stage.update(lag);
    expect(stage.isReached).toBe(true);
  });

  it('A stage of the lag is never reached without limits', () => {
    expect(reached(new LagStage(0, 0), 1_000_000)).toBe(false);
  });
});
