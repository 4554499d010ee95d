import { type OptionsOf, type SettingsTable, wholeNumber } from '@sluice/settings';

const SECOND_MS = 1000;
const MIB = 1024 * 1024;

/** How much the worker stores in one write. */
export const BATCH_SETTINGS = {
  batchMaxRecords: wholeNumber(
    'BATCH_MAX_RECORDS',
    4000,
    { min: 1, max: 100_000 },
    'Worker: maximum number of records in one write.',
  ),
  batchMaxBytes: wholeNumber(
    'BATCH_MAX_BYTES',
    2 * MIB,
    { min: 1024, max: 40 * MIB },
    'Worker: maximum bytes of events in one write.',
  ),
  batchMaxAgeMs: wholeNumber(
    'BATCH_MAX_AGE_MS',
    50,
    { min: 0, max: 60 * SECOND_MS },
    'Worker: maximum time to wait for a batch to fill.',
  ),
} as const satisfies SettingsTable;

export interface BufferWorkerOptions extends OptionsOf<typeof BATCH_SETTINGS> {
  /** Limit of a stop, in milliseconds; records that are not stored by then are read again. */
  drainTimeoutMs: number;
}

/** The options of `BufferWorkerModule`. The drain ends before the process must. */
export function bufferWorkerOptions(
  config: OptionsOf<typeof BATCH_SETTINGS> & { shutdownTimeoutMs: number },
): BufferWorkerOptions {
  const { batchMaxRecords, batchMaxBytes, batchMaxAgeMs, shutdownTimeoutMs } = config;
  return { batchMaxRecords, batchMaxBytes, batchMaxAgeMs, drainTimeoutMs: shutdownTimeoutMs / 2 };
}
