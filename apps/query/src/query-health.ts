import type { RecordStore } from '#record-store';
import type { HealthChecks } from '#runtime';

/** Live: the process. Ready: the store answers; while the log is away, records are still shown, so that is no reason to go. */
export function queryHealth(store: RecordStore): HealthChecks {
  return { live: [], ready: [{ name: 'record_store', check: () => requireStore(store) }] };
}

async function requireStore(store: RecordStore): Promise<void> {
  await store.ping().catch((error: unknown) => {
    throw new Error('the record store does not answer', { cause: error });
  });
}
