import { expect, it } from '@jest/globals';
import { ReadTurns } from './read-turns.js';

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
};

it('gives one turn in each pass of the event loop, in the order in which they were asked for', async () => {
  const turns = new ReadTurns();
  const passes: number[] = [];
  const order: string[] = [];
  let pass = 0;
  const read = async (name: string): Promise<void> => {
    await turns.take();
    order.push(name);
    passes.push(pass);
  };
  const reads = ['a', 'b', 'c'].map(read);
  await until(() => ++pass > 0 && order.length === 3);
  await Promise.all(reads);
  expect(order).toEqual(['a', 'b', 'c']);
  expect(new Set(passes).size).toBe(3);
});

it('makes reads rest while ingest is under way, and goes on at once when it is over', async () => {
  const turns = new ReadTurns();
  let isIngestUnderWay = true;
  turns.yieldTo(() => isIngestUnderWay);
  let taken = 0;
  let passes = 0;
  const read = async (): Promise<void> => {
    await turns.take();
    taken++;
    const endMs = performance.now() + 5;
    while (performance.now() < endMs);
  };
  const reads = Array.from({ length: 4 }, read);
  await until(() => taken === 1);
  // At the pace of the loop, all would have had their turns by now.
  await until(() => ++passes > 20);
  expect(taken).toBe(1);
  isIngestUnderWay = false;
  await Promise.all(reads);
  expect(taken).toBe(4);
});

it('never stops reads altogether, however long ingest is under way', async () => {
  const turns = new ReadTurns();
  turns.yieldTo(() => true);
  for (let turn = 0; turn < 3; turn++) await turns.take();
  expect(turns.waiting).toBe(0);
});
