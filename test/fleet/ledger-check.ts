import { check, type Findings } from '../ledger/check.js';
import type { Ledger } from '../ledger/ledger.js';
import { storedCopiesOf, untilDrained } from '../ledger/store-dump.js';
import type { HttpClient } from '../support/http-client.js';

/** Devices whose records are read at one time. */
const LANES = 4;

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
  const stored = (await Promise.all(lanes.map((ids) => storedCopiesOf(client, ids)))).flat();
  return { stored: stored.length, findings: check(ledger, stored, []) };
}
