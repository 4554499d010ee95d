import { EventEmitter } from 'node:events';
import { expect, it } from '@jest/globals';
import type { FastifyReply } from 'fastify';
import { FakeClock } from '@sluice/test-kit';
import { HeavyReads } from './heavy-reads.js';

const LIMITS = { maxAtOnce: 2, maxRecords: 10, maxEngineMs: 5_000 };

/** An answer whose connection a test closes. */
function answer(): FastifyReply & { raw: EventEmitter } {
  return { raw: Object.assign(new EventEmitter(), { destroyed: false }) } as never;
}

function reads(isBehind = () => false) {
  const clock = new FakeClock();
  return { clock, heavy: new HeavyReads(LIMITS, async () => isBehind(), clock) };
}

it('A slot becomes free when the connection of its answer is closed', async () => {
  const { heavy } = reads();
  const first = answer();
  await Promise.all([heavy.enter(first), heavy.enter(answer())]);
  await expect(heavy.enter(answer())).rejects.toMatchObject({ code: 'rate-limited', retryAfterSeconds: 2 });
  first.raw.emit('close');
  await expect(heavy.enter(answer())).resolves.toBeDefined();
});

it('New reads are refused while the worker is behind', async () => {
  await expect(reads(() => true).heavy.enter(answer())).rejects.toMatchObject({ code: 'buffer-behind' });
});

it('A current read waits until the worker has caught up', async () => {
  let asked = 0;
  const { heavy } = reads(() => ++asked === 2);
  const read = await heavy.enter(answer());
  expect(await read.slice(async () => 'read')).toBe('read');
  expect(asked).toBe(3);
});

it('An answer ends when the store has worked too long for it', async () => {
  const { heavy, clock } = reads();
  const read = await heavy.enter(answer());
  await read.slice(async () => clock.advance(4_999));
  await read.slice(async () => clock.advance(1));
  const problem = { code: 'too-many-values', problem: { errors: [{ pointer: '?from' }] } };
  await expect(read.slice(async () => undefined)).rejects.toMatchObject(problem);
});

it('The store is not asked for a client that has disconnected', async () => {
  const { heavy } = reads();
  const reply = answer();
  const read = await heavy.enter(reply);
  Object.assign(reply.raw, { destroyed: true });
  await expect(read.slice(async () => 'read')).rejects.toMatchObject({ code: 'overloaded' });
});

/** Work that a test ends. */
function held() {
  const { promise, resolve } = Promise.withResolvers<void>();
  let isRunning = false;
  const work = async () => {
    isRunning = true;
    await promise;
  };
  return { work, end: resolve, isRunning: () => isRunning };
}

it('The admission of heavy reads counts searches and answers together', async () => {
  const { heavy } = reads();
  const search = held();
  const searching = heavy.search(search.work);
  await heavy.enter(answer());
  await expect(heavy.enter(answer())).rejects.toMatchObject({ code: 'rate-limited' });
  await expect(heavy.search(async () => undefined)).rejects.toMatchObject({ code: 'rate-limited' });
  expect([heavy.underWay, heavy.refused]).toEqual([2, { 'rate-limited': 2, 'buffer-behind': 0 }]);
  search.end();
  await searching;
  await expect(heavy.search(async () => 'found')).resolves.toBe('found');
});

it('The admission of heavy reads releases the slot of a search that failed', async () => {
  const { heavy } = reads();
  const failing = () => heavy.search(() => Promise.reject(new Error('gone')));
  for (let search = 0; search < 3; search++) await expect(failing()).rejects.toThrow('gone');
  expect(heavy.underWay).toBe(0);
});

it('The admission of heavy reads runs a step of a redrive although answers that are idle hold all slots', async () => {
  const { heavy } = reads();
  await Promise.all([heavy.enter(answer()), heavy.enter(answer())]);
  await expect(heavy.step(async () => 'published')).resolves.toBe('published');
});

it('The admission of heavy reads runs steps of a redrive and slices of answers in the order of their requests', async () => {
  const { heavy } = reads();
  const [one, two] = await Promise.all([heavy.enter(answer()), heavy.enter(answer())]);
  const [first, second, third] = [held(), held(), held()];
  const slices = [one.turn(first.work), two.turn(second.work)];
  const ended: string[] = [];
  const step = heavy.step(third.work).then(() => ended.push('step'));
  const next = one.slice(async () => undefined).then(() => ended.push('slice'));
  await Promise.resolve();
  expect([third.isRunning(), heavy.waiting]).toEqual([false, 1]);
  await new Promise(setImmediate);
  expect(heavy.waiting).toBe(2);
  first.end();
  await slices[0];
  expect([third.isRunning(), heavy.underWay]).toEqual([true, 3]);
  third.end();
  await Promise.all([step, next]);
  expect(ended).toEqual(['step', 'slice']);
  second.end();
  await slices[1];
  expect([heavy.underWay, heavy.waiting]).toEqual([2, 0]);
});

it('The admission of heavy reads counts a read that waits until the worker has caught up, and one that is refused', async () => {
  let isLate = false;
  const { heavy } = reads(() => isLate);
  const read = await heavy.enter(answer());
  isLate = true;
  const slice = read.slice(async () => 'read');
  await new Promise(setImmediate);
  expect(heavy.waiting).toBe(1);
  await expect(heavy.refuseWhileBehind()).rejects.toMatchObject({ code: 'buffer-behind' });
  isLate = false;
  await expect(slice).resolves.toBe('read');
  expect([heavy.waiting, heavy.refused['buffer-behind']]).toEqual([0, 1]);
});
