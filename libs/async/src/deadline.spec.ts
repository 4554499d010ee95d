import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { inTime, within } from './deadline.js';

const never = new Promise<never>(() => undefined);

describe('Work with a deadline', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('Work with a deadline gives its result, and leaves no timer behind', async () => {
    await expect(within(100, Promise.resolve(1))).resolves.toBe(1);
    await expect(inTime(100, Promise.resolve(1), () => new Error('late'))).resolves.toBe(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('Work with a deadline gives nothing after the deadline, or the error that the caller has for it', async () => {
    const result = within(100, never);
    const failure = inTime(100, never, () => new Error('late'));
    jest.advanceTimersByTime(100);
    await expect(result).resolves.toBeUndefined();
    await expect(failure).rejects.toThrow('late');
  });

  it('Work with a deadline fails as the work fails, before the deadline only', async () => {
    await expect(within(100, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    const work = Promise.withResolvers<void>();
    const late = within(100, work.promise);
    jest.advanceTimersByTime(100);
    work.reject(new Error('broken too late'));
    await expect(late).resolves.toBeUndefined();
  });
});
