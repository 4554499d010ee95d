import { beforeEach, expect, it } from '@jest/globals';
import { PublishDelay } from './publish-delay.js';

let delay: PublishDelay;
beforeEach(() => {
  delay = new PublishDelay();
});

const load = (openEntries: number, settledEntries: number, oldestAgeMs: number) => ({
  openEntries,
  settledEntries,
  oldestAgeMs,
});

it('The publish delay is zero when no record waits', () => {
  expect(delay.measure(load(0, 500, 0), 1000)).toBe(0);
});

it('The publish delay is the queue divided by the rate of the log, before any record has waited that long', () => {
  delay.measure(load(0, 0, 0), 0);
  delay.measure(load(9000, 500, 50), 50);
  expect(delay.measure(load(18_000, 1000, 100), 100)).toBe(1800);
});

it('The publish delay is the age of the oldest call when the log has stopped', () => {
  delay.measure(load(0, 0, 0), 0);
  delay.measure(load(10, 0, 50), 50);
  expect(delay.measure(load(10, 0, 700), 700)).toBe(700);
});

it('The publish delay follows the log when its pace changes: what it did a second ago does not count', () => {
  delay.measure(load(100, 0, 0), 0);
  for (let atMs = 50; atMs <= 2000; atMs += 50) delay.measure(load(100, atMs * 10, 10), atMs);
  expect(delay.measure(load(100, 20_500, 10), 2050)).toBe(10);
  for (let atMs = 2100; atMs <= 4000; atMs += 50) delay.measure(load(100, 20_500 + (atMs - 2050) / 10, 10), atMs);
  expect(delay.measure(load(100, 20_700, 10), 4050)).toBe(1000);
});

it('The publish delay does not call an idle event log slow', () => {
  delay.measure(load(1, 0, 1), 0);
  delay.measure(load(0, 1, 0), 50);
  delay.measure(load(0, 1, 0), 10_000);
  delay.measure(load(4500, 501, 50), 10_050);
  expect(delay.measure(load(4000, 1001, 100), 10_100)).toBe(400);
});
