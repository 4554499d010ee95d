import { RecordStoreError, type RecordStore, type StoreExamination, type StoreUse } from '@sluice/record-store';
import type { Report } from './report.js';

/** Clocks that are further apart than this make `received_at` and `stored_at` hard to compare. */
const MAX_SKEW_MS = 1_000;

/** Whether the store answers, and whether the login may do what the service does with it. */
export async function examineStore(store: RecordStore, use: StoreUse, report: Report): Promise<void> {
  try {
    await store.ping();
    report.ok('the record store answers and accepts the login');
    const { missing, isKnown, skewMs } = (await store.examine?.(use)) ?? NOTHING_MISSING;
    for (const { right, command, otherwise } of missing) {
      if (otherwise === undefined) report.missing(right, command);
      else report.optional(`${right}; without it, ${otherwise}`, command);
    }
    if (!isKnown) report.note('the record store does not report the rights of this login');
    else if (missing.every(({ otherwise }) => otherwise !== undefined))
      report.ok(`the record store lets this login ${USES[use]}`);
    if (Math.abs(skewMs ?? 0) > MAX_SKEW_MS)
      report.note(`the clock of the record store differs by ${skewMs} ms from this one`);
  } catch (error) {
    if (!(error instanceof RecordStoreError)) throw error;
    report.missing(error.message);
  }
}

const NOTHING_MISSING: StoreExamination = { missing: [], isKnown: true };

const USES: Readonly<Record<StoreUse, string>> = {
  tokens: 'read tokens (needed with AUTH=tokens)',
  write: 'write records',
  read: 'read records',
  prepare: 'make the collection and its indexes, and write tokens',
};
