import { describe, expect, it } from '@jest/globals';
import { seedOfRun } from '../load/ledger/random.js';
import { proveEmbedded, tornPage } from './embedded.js';
import { isProven } from './fault.js';
import { lineOf } from './report.js';

describe('a write that a power failure has torn', () => {
  it('A write that a power failure has torn takes nothing with it that was acknowledged, and is named at the start', async () => {
    const result = await proveEmbedded(tornPage, seedOfRun());
    console.info(lineOf(result));
    expect({ line: lineOf(result), isProven: isProven(result) }).toMatchObject({ isProven: true });
  }, 120_000);
});
