import { beforeEach, describe, expect, it } from '@jest/globals';
import { PROBLEMS } from '@sluice/contracts';
import { Admission, type Ticket } from './admission.js';

const OVERLOADED = expect.objectContaining({ code: 'overloaded' });

let oldestWaitMs = 0;
let admission: Admission;
beforeEach(() => {
  oldestWaitMs = 0;
  const limits = { maxBodyBytes: 90, maxConcurrentRequests: 2, maxBytesInFlight: 100 };
  admission = new Admission(limits, () => oldestWaitMs);
});

/** A request whose body has arrived. */
function begun(): Ticket {
  const ticket = admission.enter(0);
  ticket.begin();
  return ticket;
}

it('Admission admits requests up to the limit, and the next one when one has ended', () => {
  const first = begun();
  begun();
  expect(() => admission.enter(0)).toThrow(OVERLOADED);
  first.close();
  begun();
  expect(admission.requests).toBe(2);
});

it('Admission gives no slot to a body that is still arriving: slow ones keep no other request out', () => {
  const slow = Array.from({ length: 50 }, () => admission.enter(0));
  begun().close();
  begun();
  begun();
  expect(() => slow[0]!.begin()).toThrow(OVERLOADED);
  for (const ticket of slow) ticket.close();
  expect(admission.requests).toBe(2);
});

it('Admission refuses a request whose declared bytes do not fit, and does not count it', () => {
  admission.enter(60).holdBytes(60);
  expect(() => admission.enter(41)).toThrow(OVERLOADED);
  expect([admission.requests, admission.bytes]).toEqual([1, 60]);
});

it('Admission admits a body above the size limit: it is refused for its size, however busy the gateway is', () => {
  admission.enter(0).holdBytes(10);
  expect(admission.refusalOf(1_000_000)).toBeUndefined();
});

it('Admission counts the bytes of a request as they arrive, and releases them when the request ends', () => {
  const ticket = admission.enter(90);
  expect(ticket.holdBytes(60)).toBeUndefined();
  expect(ticket.holdBytes(40)).toBeUndefined();
  expect(ticket.holdBytes(1)).toMatchObject({ code: 'overloaded' });
  expect(admission.bytes).toBe(100);
  ticket.close();
  expect([admission.requests, admission.bytes]).toEqual([0, 0]);
});

describe('Bodies that hardly progress', () => {
  let given: string[];
  beforeEach(() => {
    given = [];
  });

  function reading(name: string, bytes: number): Ticket {
    const ticket = admission.enter(0);
    ticket.onTooSlow = () => {
      given.push(name);
      ticket.close();
    };
    ticket.holdBytes(bytes);
    return ticket;
  }

  function seconds(count: number): void {
    for (let second = 0; second < count; second++) admission.giveUpSlowBodies();
  }

  it('Bodies that hardly progress are refused when memory is short, and their bytes are free again', () => {
    reading('slow', 60);
    seconds(2);
    expect([given, admission.bytes]).toEqual([['slow'], 0]);
  });

  it('Bodies that hardly progress have a second at least', () => {
    reading('new', 60);
    seconds(1);
    expect(given).toEqual([]);
  });

  it('Bodies that hardly progress are not refused while there is memory', () => {
    reading('slow', 50);
    seconds(10);
    expect(given).toEqual([]);
  });

  it('Bodies that hardly progress do not include requests that are being published', () => {
    reading('published', 60).begin();
    seconds(10);
    expect(given).toEqual([]);
  });
});

it('The suggested delay is the wait of the oldest request for the log, at least a second', () => {
  begun();
  begun();
  expect(admission.refusalOf(0)).toMatchObject({ retryAfterSeconds: 1 });
  oldestWaitMs = 3100;
  expect(admission.refusalOf(0)).toMatchObject({ retryAfterSeconds: 4 });
});

it('Admission is idle when the last request has ended', async () => {
  const tickets = [admission.enter(0), begun()];
  let isIdle = false;
  const idle = admission.whenIdle().then(() => (isIdle = true));
  tickets[0]!.close();
  await Promise.resolve();
  expect(isIdle).toBe(false);
  tickets[1]!.close();
  await idle;
  await admission.whenIdle();
});

it('Admission refuses with 503, so that the sender repeats the request', () => {
  expect(PROBLEMS.overloaded.status).toBe(503);
});
