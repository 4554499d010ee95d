import { type SettingsTable, wholeNumber } from '@sluice/settings';

export const COMPLETE_SETTINGS = {
  clockToleranceMs: wholeNumber(
    'CLOCK_TOLERANCE_MS',
    2000,
    { min: 0, max: 3_600_000 },
    'Query: largest difference between the clocks of two machines. complete_through is at least twice this plus PUBLISH_TIMEOUT_MS behind the clock.',
  ),
} as const satisfies SettingsTable;
