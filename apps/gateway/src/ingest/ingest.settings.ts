import { PAYLOAD_SIZE_SETTINGS } from '@sluice/ingest';
import { HTTP_SETTINGS } from '@sluice/http';
import {
  GREATEST_PAYLOAD_DEPTH,
  isTimezone,
  MAX_PAYLOAD_DEPTH,
  MAX_PAYLOAD_VALUES,
  type ReportRules,
  SiteTimezone,
} from '@sluice/contracts';
import { ConfigError, oneOf, type OptionsOf, type Setting, type SettingsTable, wholeNumber } from '@sluice/settings';

const MIB = 1024 * 1024;

/** What one request may bring, and how much is in progress at one time. */
export const INGEST_SETTINGS = {
  maxBodyBytes: HTTP_SETTINGS.maxBodyBytes,
  maxInflatedBytes: wholeNumber(
    'MAX_INFLATED_BYTES',
    16 * MIB,
    { min: 1024, max: 256 * MIB },
    'Largest request body after decompression, in bytes; at least MAX_BODY_BYTES.',
  ),
  maxRecordsPerRequest: wholeNumber(
    'MAX_RECORDS_PER_REQUEST',
    5000,
    { min: 1, max: 100_000 },
    'Maximum number of records in one request.',
  ),
  maxConcurrentRequests: wholeNumber(
    'MAX_CONCURRENT_REQUESTS',
    1024,
    { min: 1, max: 100_000 },
    'Maximum number of requests in progress; more are answered 503.',
  ),
  maxBytesInFlight: wholeNumber(
    'MAX_BYTES_IN_FLIGHT',
    64 * MIB,
    { min: MIB, max: 4096 * MIB },
    'Maximum bytes of request bodies in progress, received and decompressed; more are answered 503.',
  ),
  ...PAYLOAD_SIZE_SETTINGS,
  maxPayloadDepth: wholeNumber(
    'MAX_PAYLOAD_DEPTH',
    MAX_PAYLOAD_DEPTH,
    { min: 1, max: GREATEST_PAYLOAD_DEPTH },
    'Maximum nesting of a data_payload, which itself is level 1. Consumer packages of 0.1 read at most 32 levels.',
  ),
  maxPayloadValues: wholeNumber(
    'MAX_PAYLOAD_VALUES',
    MAX_PAYLOAD_VALUES,
    { min: 16, max: 1_000_000 },
    'Maximum number of keys and values of a record, including the fields around data_payload.',
  ),
  jsonNan: oneOf(
    'JSON_NAN',
    'reject',
    ['reject', 'null'],
    'NaN, Infinity and -Infinity, which are not JSON: reject the record, or read them as null.',
  ),
  missingTimestamp: oneOf(
    'MISSING_TIMESTAMP',
    'reject',
    ['reject', 'received'],
    'A record without timestamp: reject it, or use the time of receipt.',
  ),
  siteTimezone: siteTimezone(),
} as const satisfies SettingsTable;

/** Empty: a time without a zone is rejected. */
function siteTimezone(): Setting<string> {
  const description =
    'Time zone of timestamps without a zone, for example Europe/Paris. Empty: such timestamps are rejected.';
  const parse = (name: string): string | undefined => (isTimezone(name) ? name : undefined);
  return { key: 'SITE_TIMEZONE', fallback: '', allowed: 'an IANA name of a time zone', description, parse };
}

/** The rules for records that the options say. */
export function reportRules(options: IngestOptions): ReportRules {
  const { maxPayloadBytes: maxBytes, maxPayloadDepth: maxDepth, maxPayloadValues: maxValues } = options;
  const { siteTimezone: name, missingTimestamp } = options;
  const siteTimezone = name === '' ? undefined : new SiteTimezone(name);
  return { limits: { maxBytes, maxDepth, maxValues }, times: { siteTimezone, missingTimestamp } };
}

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
