import { expect, it } from '@jest/globals';
import { until } from '@sluice/test-kit';
import { ReadTurns } from './read-turns.js';

it('Each pass of the event loop has one turn, in the order of the requests', async () => {
  const turns = new ReadTurns();
  const passes: number[] = [];
  const order: string[] = [];
  let pass = 0;
  const read = async (name: string): Promise<void> => {
    await turns.begin();
    order.push(name);
    passes.push(pass);
  };
  const reads = ['a', 'b', 'c'].map(read);
  await until(() => ++pass > 0 && order.length === 3);
  await Promise.all(reads);
  expect(order).toEqual(['a', 'b', 'c']);
  expect(new Set(passes).size).toBe(3);
});

it('Reads pause after each turn while ingest is in progress', async () => {
  const turns = new ReadTurns();
  turns.yieldTo(() => true);
  let taken = 0;
  const read = async (): Promise<void> => {
    await turns.begin();
    taken++;
    const endMs = performance.now() + 5;
    while (performance.now() < endMs);
  };
  const reads = Array.from({ length: 4 }, read);
  let passes = 0;
  await until(() => ++passes > 0 && taken === 4);
  await Promise.all(reads);
  expect(passes).toBeGreaterThan(20);
});

it('Reads never stop completely, however long ingest is in progress', async () => {
  const turns = new ReadTurns();
  turns.yieldTo(() => true);
  for (let turn = 0; turn < 3; turn++) await turns.begin();
  expect(turns.waiting).toBe(0);
});
