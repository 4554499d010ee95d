import { HTTP_SETTINGS } from '@sluice/http';
import { ConfigError, type OptionsOf, type SettingsTable, wholeNumber } from '@sluice/settings';

const MIB = 1024 * 1024;

/** What one request may bring, and how much is in hand at one time. */
export const INGEST_SETTINGS = {
  maxBodyBytes: HTTP_SETTINGS.maxBodyBytes,
  maxInflatedBytes: wholeNumber(
    'MAX_INFLATED_BYTES',
    16 * MIB,
    { min: 1024, max: 256 * MIB },
    'Largest request body after inflating, in bytes; at least MAX_BODY_BYTES.',
  ),
  maxRecordsPerRequest: wholeNumber(
    'MAX_RECORDS_PER_REQUEST',
    5000,
    { min: 1, max: 100_000 },
    'Most records in one request.',
  ),
  maxConcurrentRequests: wholeNumber(
    'MAX_CONCURRENT_REQUESTS',
    1024,
    { min: 1, max: 100_000 },
    'Requests that are checked or published at one time; one more is answered 503.',
  ),
  maxBytesInFlight: wholeNumber(
    'MAX_BYTES_IN_FLIGHT',
    64 * MIB,
    { min: MIB, max: 4096 * MIB },
    'Bytes of bodies, as they arrive and inflated, that are read or published at one time; more are answered 503.',
  ),
} as const satisfies SettingsTable;

export type IngestOptions = OptionsOf<typeof INGEST_SETTINGS>;

/** @throws ConfigError if the limits of a body do not fit together */
export function requireFittingLimits({ maxBodyBytes, maxInflatedBytes, maxBytesInFlight }: IngestOptions): void {
  if (maxInflatedBytes < maxBodyBytes) {
    throw new ConfigError(
      `MAX_INFLATED_BYTES is ${maxInflatedBytes}; allowed: at least MAX_BODY_BYTES (${maxBodyBytes}).`,
    );
  }
  const largestRequest = maxBodyBytes + maxInflatedBytes;
  if (maxBytesInFlight < largestRequest) {
    const least = `at least MAX_BODY_BYTES and MAX_INFLATED_BYTES together (${largestRequest})`;
    throw new ConfigError(
      `MAX_BYTES_IN_FLIGHT is ${maxBytesInFlight}; allowed: ${least}, or the largest request never fits.`,
    );
  }
}
