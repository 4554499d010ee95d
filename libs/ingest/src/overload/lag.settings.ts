import { type OptionsOf, type SettingsTable, wholeNumber } from '@sluice/settings';

const LAG_RECORDS = { min: 0, max: 1_000_000_000_000 };
const LAG_SECONDS = { min: 0, max: 10_000_000 };

/** From which lag of the buffer on work is refused. The gateway refuses requests by it, and the query service pauses redrives. */
export const LAG_SETTINGS = {
  backgroundMaxLagRecords: wholeNumber(
    'BACKGROUND_MAX_LAG_RECORDS',
    0,
    LAG_RECORDS,
    'Number of buffered records above which requests with Priority u=4 to u=7 are answered 503. 0: no limit.',
  ),
  backgroundMaxLagSeconds: wholeNumber(
    'BACKGROUND_MAX_LAG_SECONDS',
    0,
    LAG_SECONDS,
    'Age of the oldest buffered record, in seconds, above which requests with Priority u=4 to u=7 are answered 503. 0: no limit.',
  ),
  maxLagRecords: wholeNumber(
    'MAX_LAG_RECORDS',
    0,
    LAG_RECORDS,
    'Number of buffered records above which all requests are answered 503. 0: no limit.',
  ),
  maxLagSeconds: wholeNumber(
    'MAX_LAG_SECONDS',
    0,
    LAG_SECONDS,
    'Age of the oldest buffered record, in seconds, above which all requests are answered 503. 0: no limit.',
  ),
} as const satisfies SettingsTable;

export type LagLimits = OptionsOf<typeof LAG_SETTINGS>;

export function limitsLag({
  backgroundMaxLagRecords,
  backgroundMaxLagSeconds,
  maxLagRecords,
  maxLagSeconds,
}: LagLimits): boolean {
  return backgroundMaxLagRecords + backgroundMaxLagSeconds + maxLagRecords + maxLagSeconds > 0;
}
