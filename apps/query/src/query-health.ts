import { inTime } from '@sluice/async';
import { RecordStoreError, type RecordStore } from '@sluice/record-store';
import type { HealthChecks } from '@sluice/process';

/**
 * Live: the process runs. Ready: the store answers; while the event log is unavailable, records are still shown, so the service
 * stays ready.
 */
export function queryHealth(store: RecordStore): HealthChecks {
  return { live: [], ready: [{ name: 'record_store', check: () => requireStore(store) }] };
}

/** Below the time limit of a health check: a store that is silent for longer has no answer, but it may have a cause. */
const PATIENCE_MS = 2000;

/** @throws Error whose message any client may see */
async function requireStore(store: RecordStore): Promise<void> {
  try {
    await inTime(PATIENCE_MS, store.ping(), () => new Error('no answer in time'));
  } catch (error) {
    const trouble = error instanceof RecordStoreError ? error.trouble : store.trouble;
    const cause = trouble === undefined ? '' : `: ${trouble.code}: ${trouble.sentence}`;
    throw new Error(`the record store does not answer${cause}`, { cause: error });
  }
}
