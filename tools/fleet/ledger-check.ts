import { check, type Findings } from '../load/ledger/check.js';
import type { Ledger } from '../load/ledger/ledger.js';
import type { ReadStored } from '../load/ledger/stored-copies.js';
import type { HttpClient } from '@sluice/test-kit';
import { ReadBack } from './read-back.js';

const SAY_EVERY_MS = 5_000;
const LONGEST_MS = 600_000;

export interface LedgerCheck {
  stored: number;
  findings: Findings;
}

export interface CheckOptions {
  /** Default: by the paths that people use, which takes a page and more for each device. */
  readStored?: ReadStored | undefined;
  /** Ends the check; its reason is thrown then. Default: after ten minutes. */
  signal?: AbortSignal;
  /** Gets a line about what is being done, at once and every five seconds. */
  say?: (line: string) => void;
}

/**
 * Waits until the buffer is empty, then holds everything that is stored of these devices against what they have written down.
 *
 * @throws the reason of the signal
 */
export async function checkLedger(
  client: HttpClient,
  ledger: Ledger,
  deviceIds: readonly string[],
  { readStored, signal = AbortSignal.timeout(LONGEST_MS), say = () => undefined }: CheckOptions = {},
): Promise<LedgerCheck> {
  const readBack = new ReadBack(client, deviceIds, signal);
  const timer = setInterval(() => say(readBack.status), SAY_EVERY_MS);
  try {
    await readBack.untilDrained();
    say(`reading back the records of ${deviceIds.length} devices`);
    const stored = await (readStored === undefined ? readBack.pages() : readStored(deviceIds));
    return { stored: stored.length, findings: check(ledger, stored, []) };
  } catch (error) {
    if (signal.aborted) say(readBack.status);
    throw error;
  } finally {
    clearInterval(timer);
  }
}
