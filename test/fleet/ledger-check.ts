import { check, type Findings, type StoredCopy } from '../ledger/check.js';
import type { Ledger } from '../ledger/ledger.js';
import { storedCopiesOf, untilDrained } from '../ledger/store-dump.js';
import type { HttpClient } from '../support/http-client.js';
import { until } from '../support/until.js';

/** Devices whose records are read at one time. */
const LANES = 4;
/** A store that is busy with what it has just been given may let reads wait. */
const READING = { tries: 60, everyMs: 1000 };

export interface LedgerCheck {
  stored: number;
  findings: Findings;
}

/** Waits until the buffer is empty, then holds everything that is stored of these devices against what they have written down. */
export async function checkLedger(
  client: HttpClient,
  ledger: Ledger,
  deviceIds: readonly string[],
): Promise<LedgerCheck> {
  await untilDrained(client);
  const lanes = Array.from({ length: LANES }, (_, lane) => deviceIds.filter((_id, index) => index % LANES === lane));
  const stored = (await Promise.all(lanes.map((ids) => copiesOf(client, ids)))).flat();
  return { stored: stored.length, findings: check(ledger, stored, []) };
}

async function copiesOf(client: HttpClient, deviceIds: readonly string[]): Promise<StoredCopy[]> {
  const copies: StoredCopy[] = [];
  for (const id of deviceIds) {
    copies.push(...(await until(`the records of ${id} can be read`, () => storedCopiesOf(client, [id]), READING)));
  }
  return copies;
}
