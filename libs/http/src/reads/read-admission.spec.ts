import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { FastifyReply } from 'fastify';
import { ReadAdmission } from './read-admission.js';
import { READ_LIMITS, type ReadLimits } from './read-limits.js';

/** What a read needs of a reply; {@link leave} is the end of its answer or of its client. */
class FakeReply {
  readonly raw = Object.assign(new EventEmitter(), { destroyed: false, closed: false, destroy: () => this.leave() });
  readonly request: { client: string | undefined };

  constructor(client?: string) {
    this.request = { client };
  }

  leave(): void {
    this.raw.destroyed = this.raw.closed = true;
    this.raw.emit('close');
  }
}

function admissionOf(limits: Partial<ReadLimits>): ReadAdmission {
  return new ReadAdmission({ ...READ_LIMITS, ...limits });
}

const enter = (admission: ReadAdmission, reply: FakeReply) => admission.enter(reply as unknown as FastifyReply);
const MIB = 1024 * 1024;

describe('The admission of reads', () => {
  it('A read waits for a place, and gets the one that is free first', async () => {
    const admission = admissionOf({ maxUnderWay: 1 });
    const first = new FakeReply();
    await enter(admission, first);
    const second = enter(admission, new FakeReply());
    expect([admission.underWay, admission.waiting]).toEqual([1, 1]);
    first.leave();
    await second;
    expect([admission.underWay, admission.waiting]).toEqual([1, 0]);
  });

  it('A read that would wait too long is refused, with the time to come back', async () => {
    const admission = admissionOf({ maxUnderWay: 1, maxWaitMs: 1 });
    await enter(admission, new FakeReply());
    const refused = enter(admission, new FakeReply());
    await expect(refused).rejects.toMatchObject({ code: 'overloaded', status: 503, retryAfterSeconds: 2 });
    expect(admission.refused).toBe(1);
  });

  it('Reads beyond the queue are refused at once', async () => {
    const admission = admissionOf({ maxReads: 1 });
    await enter(admission, new FakeReply());
    await expect(enter(admission, new FakeReply())).rejects.toMatchObject({ code: 'overloaded' });
  });

  it('Places remain for other clients, whatever one client requests', async () => {
    const admission = admissionOf({ maxUnderWayPerClient: 1, maxReadsPerClient: 2 });
    await enter(admission, new FakeReply('a'));
    const waiting = new FakeReply('a');
    const waits = enter(admission, waiting);
    await expect(enter(admission, new FakeReply('a'))).rejects.toMatchObject({ code: 'overloaded' });
    await enter(admission, new FakeReply('b'));
    expect([admission.underWay, admission.waiting]).toEqual([2, 1]);
    waiting.leave();
    await expect(waits).rejects.toThrow('gone');
    expect(admission.waiting).toBe(0);
  });

  it('A client that has disconnected takes no place', async () => {
    const admission = admissionOf({});
    const gone = new FakeReply();
    gone.leave();
    await expect(enter(admission, gone)).rejects.toThrow('gone');
    expect(admission.underWay).toBe(0);
  });

  it('No more is prepared while clients have the most unread bytes, and it continues when they read', async () => {
    const admission = admissionOf({ maxHeldBytes: 3 * MIB, maxWaitMs: 60_000 });
    const reply = new FakeReply();
    const slow = await enter(admission, reply);
    slow.give(2 * MIB);
    const other = await enter(admission, new FakeReply());
    let isPrepared = false;
    const step = other.step(async () => void (isPrepared = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect([isPrepared, admission.heldBytes]).toEqual([false, 2 * MIB]);
    reply.leave();
    await step;
    expect([isPrepared, admission.heldBytes]).toEqual([true, 0]);
  });

  it('The connection of a client that reads nothing for too long is ended', async () => {
    const admission = admissionOf({ untakenMs: 1 });
    const reply = new FakeReply();
    const read = await enter(admission, reply);
    // The timer alone would not keep the process.
    const busy = setInterval(() => undefined, 1000);
    read.give(10);
    await read.ended;
    clearInterval(busy);
    expect([reply.raw.destroyed, admission.heldBytes, admission.underWay]).toEqual([true, 0, 0]);
  });

  it('A stop of the process cuts unread responses and refuses waiting reads', async () => {
    const admission = admissionOf({ maxUnderWay: 1 });
    const reply = new FakeReply();
    (await enter(admission, reply)).give(10);
    const waits = expect(enter(admission, new FakeReply())).rejects.toMatchObject({ code: 'stopping' });
    await admission.beforeApplicationShutdown();
    await waits;
    expect(reply.raw.destroyed).toBe(true);
    await expect(enter(admission, new FakeReply())).rejects.toMatchObject({ code: 'stopping' });
  });
});
