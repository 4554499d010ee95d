import { describe, expect, it } from '@jest/globals';
import { Chunk, PullQueue } from './pull-queue.js';
import { batchOf } from './testing/batches.js';

const FOREVER_MS = 600_000;

describe('PullQueue', () => {
  it('A pull returns what is there, over several chunks, and no more than was requested', async () => {
    const queue = queueOf([0, 1, 2], [10, 11]);
    expect(await offsets(queue, 4)).toEqual([0, 1, 2, 10]);
    expect(await offsets(queue, 4)).toEqual([11]);
  });

  it('A chunk is released with its last record', async () => {
    const queue = new PullQueue();
    const chunk = new Chunk(batchOf([4, 5, 6]));
    queue.add(chunk);
    await offsets(queue, 2);
    expect([chunk.isTaken, chunk.lastTakenOffset]).toEqual([false, 5]);
    await offsets(queue, 2);
    await chunk.released;
    expect([chunk.isTaken, chunk.lastTakenOffset]).toEqual([true, 6]);
  });

  it('A dropped chunk is released, and its last pulled offset is known', async () => {
    const queue = new PullQueue();
    const [begun, untouched] = [new Chunk(batchOf([4, 5])), new Chunk(batchOf([8, 9]))];
    queue.add(begun);
    queue.add(untouched);
    await offsets(queue, 1);
    queue.drop();
    await Promise.all([begun.released, untouched.released]);
    expect([begun.lastTakenOffset, untouched.lastTakenOffset]).toEqual([4, undefined]);
    expect(await offsets(queue, 5, 0)).toEqual([]);
  });

  it('New records wake one pull, and the other keeps waiting', async () => {
    const queue = new PullQueue();
    const pulls = [offsets(queue, 5, FOREVER_MS), offsets(queue, 5, FOREVER_MS)];
    queue.add(new Chunk(batchOf([0])));
    expect(await Promise.race(pulls)).toEqual([0]);
    queue.add(new Chunk(batchOf([1])));
    expect((await Promise.all(pulls)).flat().sort()).toEqual([0, 1]);
  });

  it('Closing ends pending and later pulls, and releases chunks that come too late', async () => {
    const queue = new PullQueue();
    const pending = offsets(queue, 5, FOREVER_MS);
    queue.end();
    expect(await pending).toEqual([]);
    const late = new Chunk(batchOf([0]));
    queue.add(late);
    await late.released;
    expect(await offsets(queue, 5, FOREVER_MS)).toEqual([]);
  });

  it('The records stay when the pull is aborted', async () => {
    const queue = queueOf([0]);
    expect(await queue.pull({ maxRecords: 5, maxWaitMs: FOREVER_MS, signal: AbortSignal.abort() })).toEqual([]);
    expect(await offsets(queue, 5)).toEqual([0]);
  });
});

function queueOf(...batches: number[][]): PullQueue {
  const queue = new PullQueue();
  batches.forEach((batch, partition) => queue.add(new Chunk(batchOf(batch, { partition }))));
  return queue;
}

async function offsets(queue: PullQueue, maxRecords: number, maxWaitMs = FOREVER_MS): Promise<number[]> {
  return (await queue.pull({ maxRecords, maxWaitMs })).map(({ offset }) => offset);
}
