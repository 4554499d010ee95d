import { describe, expect, it } from '@jest/globals';
import { seedOfRun } from '../load/ledger/random.js';
import { diskFull, proveEmbedded } from './embedded.js';
import { isProven } from './fault.js';
import { lineOf } from './report.js';

describe('A full disk under the event log and the store', () => {
  it('On a full disk, records are answered 503 until there is space again, and no acknowledged record is lost', async () => {
    const result = await proveEmbedded(diskFull, seedOfRun());
    console.info(lineOf(result));
    expect({ line: lineOf(result), isProven: isProven(result) }).toMatchObject({ isProven: true });
  }, 180_000);
});
