import { describe, expect, it } from '@jest/globals';
import { until } from './until.js';

const FAST = { tries: 3, everyMs: 1 };

describe('until', () => {
  it('The function until returns the value of the condition, once that is neither undefined nor false', async () => {
    const answers = [undefined, false, 0];
    await expect(until(() => answers.shift())).resolves.toBe(0);
  });

  it('The function until checks a condition that answers at once in each turn of the event loop', async () => {
    let turns = 0;
    const counted = (): void => void (turns++ < 10 && setImmediate(counted));
    counted();
    await until(() => turns === 5);
    expect(turns).toBe(5);
  });

  it('The function until waits for a condition that answers with a promise', async () => {
    let checks = 0;
    await expect(until('it is ready', async () => (++checks === 2 ? 'ready' : undefined), FAST)).resolves.toBe('ready');
  });

  it('The function until reports what it waited for when it gives up, and why the last check failed', async () => {
    const away = new Error('away');
    const failing = until('it is ready', () => Promise.reject(away), FAST);
    await expect(failing).rejects.toMatchObject({ message: 'gave up waiting until it is ready', cause: away });
  });

  it('The function until shows the source of the condition if it has no description', async () => {
    const count = 0;
    await expect(until(async () => count > 0, FAST)).rejects.toThrow(/gave up waiting until .*count > 0/);
  });

  it('The function until ends with an error of a condition whose errors fail', async () => {
    const broken = until('it is ready', () => Promise.reject(new Error('broken')), { ...FAST, errorsFail: true });
    await expect(broken).rejects.toThrow('broken');
  });

  it('The function until ends with an error of a condition that answers at once', async () => {
    const broken = until((): boolean => {
      throw new Error('broken');
    });
    await expect(broken).rejects.toThrow('broken');
  });
});
