import { beforeEach, expect, it } from '@jest/globals';
import { Admission } from './admission.js';

let admission: Admission;
beforeEach(() => {
  admission = new Admission({ maxConcurrentRequests: 2, maxBytesInFlight: 100 });
});

it('lets in as many requests as there may be, and the next one when one has left', () => {
  const first = admission.enter(0);
  admission.enter(0);
  expect(() => admission.enter(0)).toThrow(expect.objectContaining({ code: 'overloaded', status: 503 }));
  first.close();
  admission.enter(0);
  expect(admission.requests).toBe(2);
});

it('refuses a request whose declared bytes have no room, and counts it not', () => {
  admission.enter(0).take(60);
  expect(() => admission.enter(41)).toThrow(expect.objectContaining({ code: 'overloaded' }));
  expect([admission.requests, admission.bytes]).toEqual([1, 60]);
});

it('gives a request bytes as they arrive, up to the last one, and takes them back when it leaves', () => {
  const ticket = admission.enter(100);
  expect(ticket.take(60)).toBeUndefined();
  expect(ticket.take(40)).toBeUndefined();
  expect(ticket.take(1)).toMatchObject({ code: 'overloaded' });
  expect(admission.bytes).toBe(100);
  ticket.close();
  expect([admission.requests, admission.bytes]).toEqual([0, 0]);
});

it('is idle when the last request has left', async () => {
  const tickets = [admission.enter(0), admission.enter(0)];
  let isIdle = false;
  const idle = admission.whenIdle().then(() => (isIdle = true));
  tickets[0]!.close();
  await Promise.resolve();
  expect(isIdle).toBe(false);
  tickets[1]!.close();
  await idle;
  await admission.whenIdle();
});
