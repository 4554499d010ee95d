import { describe, expect, it } from '@jest/globals';
import { seedOfRun } from '../load/ledger/random.js';
import { diskFull, proveEmbedded } from './embedded.js';
import { isProven } from './fault.js';
import { lineOf } from './report.js';

describe('a full disk below the log and the store', () => {
  it('A full disk below the log and the store is answered 503 until there is room again, and nothing that was acknowledged is lost', async () => {
    const result = await proveEmbedded(diskFull, seedOfRun());
    console.info(lineOf(result));
    expect({ line: lineOf(result), isProven: isProven(result) }).toMatchObject({ isProven: true });
  }, 180_000);
});
