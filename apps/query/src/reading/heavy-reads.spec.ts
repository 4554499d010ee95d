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

it('A place becomes free when the connection of its answer is closed', async () => {
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
