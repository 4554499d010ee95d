import { LAG_SETTINGS } from '@sluice/ingest';
import { type SettingsTable, wholeNumber } from '@sluice/settings';

/** When the gateway refuses work that it could read: docs/internals/overload.md. */
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
  ...LAG_SETTINGS,
} as const satisfies SettingsTable;
