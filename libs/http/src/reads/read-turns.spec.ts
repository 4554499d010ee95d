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

it('While ingest keeps the event loop busy, steps of long reads pause for more passes than pages', async () => {
  const turns = new ReadTurns();
  turns.yieldTo(() => true);
  let passes = 0;
  const ingest = setInterval(() => {
    passes++;
    const endMs = performance.now() + 5;
    while (performance.now() < endMs);
  }, 0);
  const passesOf = async (take: () => Promise<void>): Promise<number> => {
    const before = passes;
    for (let turn = 0; turn < 5; turn++) await take();
    return passes - before;
  };
  const ofPages = await passesOf(() => turns.begin());
  const ofSteps = await passesOf(() => turns.beginStep());
  clearInterval(ingest);
  expect(ofSteps).toBeGreaterThan(2 * ofPages);
});

it('Without ingest, pages and steps of long reads take turns', async () => {
  const turns = new ReadTurns();
  const order: string[] = [];
  const take = (name: string, turn: Promise<void>): Promise<void> => turn.then(() => void order.push(name));
  const steps = ['step 1', 'step 2', 'step 3'].map((name) => take(name, turns.beginStep()));
  const pages = ['page 1', 'page 2'].map((name) => take(name, turns.begin()));
  await Promise.all([...steps, ...pages]);
  expect(order.indexOf('page 1')).toBeLessThan(2);
  expect(order.indexOf('page 2')).toBeLessThan(4);
});

it('Reads never stop completely, however long ingest is in progress', async () => {
  const turns = new ReadTurns();
  turns.yieldTo(() => true);
  for (let turn = 0; turn < 3; turn++) await turns.begin();
  expect(turns.waiting).toBe(0);
});
