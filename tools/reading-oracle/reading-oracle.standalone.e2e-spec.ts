import { expect, it } from '@jest/globals';
import { compareWithOracle } from './reading-oracle.js';

it('Devices, latest records, series, exports and records by receipt are those of a plain oracle', async () => {
  const { faults, compared } = await compareWithOracle({ records: 20_000, questions: 40, seed: 20250909 });
  expect(faults).toEqual([]);
  expect(compared).toBeGreaterThan(90);
}, 120_000);
