import { expect, it } from '@jest/globals';
import { Clock } from '@sluice/async';
import { FakeClock } from '@sluice/test-kit';
import { BoundedReading } from './bounded-reading.js';

/** Short enough for a test, and long for a promise that is already settled. */
const MAX_WAIT_MS = 20;

it('A bounded reading returns the current value', async () => {
  let lag = 0;
  const reading = new BoundedReading(async () => ++lag, new Clock());
  expect([await reading.value(), await reading.value()]).toEqual([1, 2]);
});

it('A bounded reading returns nothing for an unreadable value, and reads again the next time', async () => {
  const clock = new Clock();
  let isAway = false;
  const reading = new BoundedReading(() => (isAway ? Promise.reject(new Error('away')) : Promise.resolve(7)), clock);
  expect(await reading.value()).toBe(7);
  isAway = true;
  expect(await reading.value()).toBeUndefined();
  isAway = false;
  expect(await reading.value()).toBe(7);
});

it('A bounded reading returns nothing if the read throws at once', async () => {
  const reading = new BoundedReading(() => {
    throw new Error('closed');
  }, new Clock());
  expect([await reading.value(), await reading.value()]).toEqual([undefined, undefined]);
});

it('A bounded reading reads once for all concurrent callers, and once while a read hangs', async () => {
  let reads = 0;
  const hanging = Promise.withResolvers<number>();
  const read = () => {
    reads++;
    return hanging.promise;
  };
  const reading = new BoundedReading(read, new Clock(), MAX_WAIT_MS);
  const together = await Promise.all(Array.from({ length: 50 }, () => reading.value()));
  expect(together).toEqual(new Array(50).fill(undefined));
  await reading.value();
  expect(reads).toBe(1);
  hanging.resolve(7);
  expect(await reading.value()).toBe(7);
});

it('A bounded reading returns a value that was late for one scrape to the next, unless it is old by then', async () => {
  const clock = new FakeClock();
  const hanging = Promise.withResolvers<number>();
  const reads = [hanging.promise];
  const reading = new BoundedReading(() => reads.pop() ?? new Promise<number>(() => undefined), clock, MAX_WAIT_MS);
  expect(await reading.value()).toBeUndefined();
  hanging.resolve(7);
  await reading.value();
  expect(await reading.value()).toBe(7);
  clock.advance(60_000);
  expect(await reading.value()).toBeUndefined();
});
