import { describe, expect, it } from '@jest/globals';
import { seedOfRun } from '../tools/load/ledger/random.js';
import { proveEmbedded, standaloneKilled } from '../tools/proof/embedded.js';
import { isProven } from '../tools/proof/fault.js';
import { lineOf } from '../tools/proof/report.js';

describe('The whole pipeline under load, killed with kill -9', () => {
  it('A kill -9 of the whole pipeline under load at any moment loses, doubles and changes no acknowledged record', async () => {
    const result = await proveEmbedded(standaloneKilled, seedOfRun());
    console.info(lineOf(result));
    expect({ line: lineOf(result), isProven: isProven(result) }).toMatchObject({ isProven: true });
  }, 180_000);
});
