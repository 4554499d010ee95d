import { check, type Findings, type StoredCopy } from '../ledger/check.js';
import type { Ledger } from '../ledger/ledger.js';
import { storedCopiesOf, untilDrained, type ReadStored } from '../ledger/store-dump.js';
import type { HttpClient } from '../support/http-client.js';

/** Devices whose records are read at one time. */
const LANES = 4;

export interface LedgerCheck {
  stored: number;
  findings: Findings;
}

/**
 * Waits until the buffer is empty, then holds everything that is stored of these devices against what they have written down.
 *
 * @param readStored default: by the paths that people use, which takes a page and more for each device
 */
export async function checkLedger(
  client: HttpClient,
  ledger: Ledger,
  deviceIds: readonly string[],
  readStored: ReadStored = (ids) => readPages(client, ids),
): Promise<LedgerCheck> {
  await untilDrained(client, bufferPathOf(deviceIds[0]!));
  const stored = await readStored(deviceIds);
  return { stored: stored.length, findings: check(ledger, stored, []) };
}

/** The buffer, as whoever has the token of this device may read it. */
export function bufferPathOf(deviceId: string): string {
  return `/check-buffer?limit=1&device_id=${encodeURIComponent(deviceId)}`;
}

async function readPages(client: HttpClient, deviceIds: readonly string[]): Promise<StoredCopy[]> {
  const lanes = Array.from({ length: LANES }, (_, lane) => deviceIds.filter((_id, index) => index % LANES === lane));
  return (await Promise.all(lanes.map((ids) => storedCopiesOf(client, ids)))).flat();
}
