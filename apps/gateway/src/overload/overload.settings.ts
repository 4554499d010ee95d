import { type OptionsOf, type SettingsTable, wholeNumber } from '@sluice/settings';

const LAG_RECORDS = { min: 0, max: 1_000_000_000_000 };
const LAG_SECONDS = { min: 0, max: 10_000_000 };

/** When the gateway refuses work that it could read: docs/overload.md. */
export const OVERLOAD_SETTINGS = {
  maxEventLoopDelayMs: wholeNumber(
    'MAX_EVENT_LOOP_DELAY_MS',
    200,
    { min: 0, max: 10_000 },
    'While the event loop of the gateway is later than this by its own work, it lets fewer requests in. 0: no limit.',
  ),
  maxPublishDelayMs: wholeNumber(
    'MAX_PUBLISH_DELAY_MS',
    2000,
    { min: 0, max: 60_000 },
    'While a record that arrives would wait longer than this for the log, the gateway lets fewer requests in. 0: no limit.',
  ),
  backgroundMaxLagRecords: wholeNumber(
    'BACKGROUND_MAX_LAG_RECORDS',
    0,
    LAG_RECORDS,
    'While more records wait to be stored, requests with Priority u=4 to u=7 are answered 503. 0: no limit.',
  ),
  backgroundMaxLagSeconds: wholeNumber(
    'BACKGROUND_MAX_LAG_SECONDS',
    0,
    LAG_SECONDS,
    'The same while the oldest of them has waited longer than this.',
  ),
  maxLagRecords: wholeNumber(
    'MAX_LAG_RECORDS',
    0,
    LAG_RECORDS,
    'While more records wait to be stored, all requests are answered 503. 0: no limit.',
  ),
  maxLagSeconds: wholeNumber(
    'MAX_LAG_SECONDS',
    0,
    LAG_SECONDS,
    'The same while the oldest of them has waited longer than this.',
  ),
} as const satisfies SettingsTable;

export type OverloadOptions = OptionsOf<typeof OVERLOAD_SETTINGS>;
