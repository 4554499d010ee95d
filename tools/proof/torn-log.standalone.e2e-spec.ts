import { describe, expect, it } from '@jest/globals';
import { seedOfRun } from '../load/ledger/random.js';
import { proveEmbedded, tornPage } from './embedded.js';
import { isProven } from './fault.js';
import { lineOf } from './report.js';

describe('A torn write', () => {
  it('A torn write loses no acknowledged record, and is reported at the start', async () => {
    const result = await proveEmbedded(tornPage, seedOfRun());
    console.info(lineOf(result));
    expect({ line: lineOf(result), isProven: isProven(result) }).toMatchObject({ isProven: true });
  }, 120_000);
});
