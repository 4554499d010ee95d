import { type OptionsOf, type SettingsTable, wholeNumber } from '@sluice/settings';

const RATE = { min: 0, max: 1_000_000_000 };

/** How much one token, one device and one address may send and read. */
export const RATE_LIMIT_SETTINGS = {
  tokenRecordsPerSecond: wholeNumber(
    'TOKEN_RECORDS_PER_SECOND',
    0,
    RATE,
    'Records each second, on average, from one token or client certificate; more are answered 429. 0: no limit.',
  ),
  tokenBytesPerSecond: wholeNumber(
    'TOKEN_BYTES_PER_SECOND',
    0,
    RATE,
    'Bytes of request bodies each second, on average, from one token or client certificate; more are answered 429. 0: no limit.',
  ),
  tokenReadsPerSecond: wholeNumber(
    'TOKEN_READS_PER_SECOND',
    0,
    RATE,
    'Reads each second, on average, by one token or client certificate; more are answered 429. 0: no limit.',
  ),
  deviceRecordsPerSecond: wholeNumber(
    'DEVICE_RECORDS_PER_SECOND',
    0,
    RATE,
    'Records each second, on average, of one device_id; more get the item status 429. 0: no limit.',
  ),
  deviceBytesPerSecond: wholeNumber(
    'DEVICE_BYTES_PER_SECOND',
    0,
    RATE,
    'Bytes of events each second, on average, of one device_id; more get the item status 429. 0: no limit.',
  ),
  addressRecordsPerSecond: wholeNumber(
    'ADDRESS_RECORDS_PER_SECOND',
    0,
    RATE,
    'Records each second, on average, from one network address (IPv6: one /64 network); more are answered 429. 0: no limit.',
  ),
  addressBytesPerSecond: wholeNumber(
    'ADDRESS_BYTES_PER_SECOND',
    0,
    RATE,
    'Bytes of request bodies each second, on average, from one network address; more are answered 429. 0: no limit.',
  ),
  addressReadsPerSecond: wholeNumber(
    'ADDRESS_READS_PER_SECOND',
    0,
    RATE,
    'Reads each second, on average, from one network address; more are answered 429. 0: no limit.',
  ),
  limitBurstSeconds: wholeNumber(
    'LIMIT_BURST_SECONDS',
    10,
    { min: 1, max: 3600 },
    'Burst size of every rate limit, in seconds of its rate.',
  ),
} as const satisfies SettingsTable;

export type RateLimitOptions = OptionsOf<typeof RATE_LIMIT_SETTINGS>;
