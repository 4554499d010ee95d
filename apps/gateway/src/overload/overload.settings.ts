import { LAG_SETTINGS } from '@sluice/ingest';
import { type SettingsTable, wholeNumber } from '@sluice/settings';

/** When the gateway refuses work that it could read: docs/internals/overload.md. */
export const OVERLOAD_SETTINGS = {
  maxEventLoopDelayMs: wholeNumber(
    'MAX_EVENT_LOOP_DELAY_MS',
    200,
    { min: 0, max: 10_000 },
    'Event-loop delay above which the gateway sheds load, in milliseconds. 0: no limit.',
  ),
  maxPublishDelayMs: wholeNumber(
    'MAX_PUBLISH_DELAY_MS',
    2000,
    { min: 0, max: 60_000 },
    'Expected wait for the event log above which the gateway sheds load, in milliseconds. 0: no limit.',
  ),
  ...LAG_SETTINGS,
} as const satisfies SettingsTable;
