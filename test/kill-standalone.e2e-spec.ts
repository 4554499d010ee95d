import { describe, expect, it } from '@jest/globals';
import { seedOfRun } from '../tools/load/ledger/random.js';
import { proveEmbedded, standaloneKilled } from '../tools/proof/embedded.js';
import { isProven } from '../tools/proof/fault.js';
import { lineOf } from '../tools/proof/report.js';

describe('kill -9 of the whole pipeline under load', () => {
  it('A kill -9 of the whole pipeline under load loses, doubles and changes nothing that was acknowledged, at different moments', async () => {
    const result = await proveEmbedded(standaloneKilled, seedOfRun());
    console.info(lineOf(result));
    expect({ line: lineOf(result), isProven: isProven(result) }).toMatchObject({ isProven: true });
  }, 180_000);
});
