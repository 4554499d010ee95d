import { afterEach, expect, it } from '@jest/globals';
import { EventLoopTicks } from './event-loop-ticks.js';

const LONG_MS = 300;

let ticks: EventLoopTicks;
afterEach(() => ticks.stop());

/** @returns the first delay after the event loop was held up */
async function delayAfter(holdUp: () => void): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  ticks = new EventLoopTicks(resolve);
  ticks.start();
  holdUp();
  return promise;
}

function work(): void {
  const { user, system } = process.threadCpuUsage();
  for (let spent = 0; spent < LONG_MS * 1000;) {
    const now = process.threadCpuUsage();
    spent = now.user + now.system - user - system;
  }
}

function wait(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LONG_MS);
}

it('The meter reports the delay of the event loop after work', async () => {
  expect(await delayAfter(work)).toBeGreaterThan(LONG_MS / 2);
});

it('The meter reports no delay when the process had no CPU: refusals would not help', async () => {
  expect(await delayAfter(wait)).toBeLessThan(LONG_MS / 2);
});
