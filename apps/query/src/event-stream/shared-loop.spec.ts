import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Bell } from './bell.js';
import { SharedLoop } from './shared-loop.js';

/** A loop that counts its steps. */
class CountingLoop extends SharedLoop {
  steps = 0;
  private readonly stepped = new Bell();

  constructor() {
    super(async () => {
      this.steps++;
      this.stepped.ring();
    }, 1);
  }

  async takes(count: number): Promise<void> {
    const end = this.steps + count;
    while (this.steps < end) await this.stepped.wait(this.stepped.rings, 1000, new AbortController().signal);
  }
}

let loop: CountingLoop;
/** Runs at the same rate during the test: the other loop would have made as many steps. */
let other: CountingLoop;

beforeEach(() => {
  [loop, other] = [new CountingLoop(), new CountingLoop()];
  other.enter();
});

afterEach(() => other.leave());

describe('A shared loop', () => {
  it('A shared loop does nothing until it has a user, and runs while it has one', async () => {
    await other.takes(5);
    expect(loop.steps).toBe(0);
    loop.enter();
    loop.enter();
    await loop.takes(2);
    loop.leave();
    await loop.takes(2);
    loop.leave();
  });

  it('A shared loop pauses when the last user has left, and resumes with the next', async () => {
    loop.enter();
    await loop.takes(1);
    loop.leave();
    const { steps } = loop;
    await other.takes(20);
    expect(loop.steps).toBe(steps);
    loop.enter();
    await loop.takes(1);
    loop.leave();
  });

  it('A shared loop is one loop, however quickly users come and leave', async () => {
    for (let n = 0; n < 10; n++) {
      loop.enter();
      loop.leave();
    }
    loop.enter();
    const [from, otherFrom] = [loop.steps, other.steps];
    await other.takes(50);
    loop.leave();
    expect(loop.steps - from).toBeLessThan(2 * (other.steps - otherFrom));
  });
});

describe('A bell', () => {
  const never = new AbortController().signal;

  it('A bell wakes its waiters, and those that begin to wait after the ring', async () => {
    const bell = new Bell();
    const { rings } = bell;
    const waits = [bell.wait(rings, 60_000, never), bell.wait(rings, 60_000, never)];
    bell.ring();
    await Promise.all([...waits, bell.wait(rings, 60_000, never)]);
    expect(bell.rings).toBe(rings + 1);
  });

  it('A bell releases waiters whose time is over or whose signal is aborted', async () => {
    const bell = new Bell();
    await bell.wait(bell.rings, 1, never);
    const leave = new AbortController();
    const wait = bell.wait(bell.rings, 60_000, leave.signal);
    leave.abort();
    await wait;
    await bell.wait(bell.rings, 60_000, leave.signal);
  });
});
