import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Standalone } from '@sluice/test-kit';
import { fuzz } from './fuzz.js';

const SEED = 20250909;
const ATTACKS = 1500;

let standalone: Standalone;
beforeAll(async () => {
  standalone = await Standalone.start({ LOG_LEVEL: 'error' });
});
afterAll(() => standalone.dispose());

it('Every complete request gets one answer that is not a 500, and accepted records are read back as they were sent', async () => {
  const report = await fuzz({ baseUrl: standalone.baseUrl, seed: SEED, mayGoOn: (count) => count < ATTACKS });
  expect(report.faults).toEqual([]);
  expect(report.attacks).toBe(ATTACKS);
  expect(report.accepted).toBeGreaterThan(100);
  expect(standalone.log).toBe('');
  await expect(standalone.end()).resolves.toBe(0);
});
