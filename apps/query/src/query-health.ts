import { inTime } from '@sluice/async';
import { RecordStoreError, type RecordStore } from '@sluice/record-store';
import type { HealthChecks } from '@sluice/process';

/** Live: the process. Ready: the store answers; while the log is away, records are still shown, so that is no reason to go. */
export function queryHealth(store: RecordStore): HealthChecks {
  return { live: [], ready: [{ name: 'record_store', check: () => requireStore(store) }] };
}

/** Below the time that a health check may take: a store that is silent for longer has no answer, but it may have a cause. */
const PATIENCE_MS = 2000;

/** @throws Error that may be shown to everybody */
async function requireStore(store: RecordStore): Promise<void> {
  try {
    await inTime(PATIENCE_MS, store.ping(), () => new Error('no answer in time'));
  } catch (error) {
    const trouble = error instanceof RecordStoreError ? error.trouble : store.trouble;
    const cause = trouble === undefined ? '' : `: ${trouble.code}: ${trouble.sentence}`;
    throw new Error(`the record store does not answer${cause}`, { cause: error });
  }
}
