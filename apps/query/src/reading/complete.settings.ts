import { type SettingsTable, wholeNumber } from '@sluice/settings';

export const COMPLETE_SETTINGS = {
  clockToleranceMs: wholeNumber(
    'CLOCK_TOLERANCE_MS',
    2000,
    { min: 0, max: 3_600_000 },
    'Query: how far the clocks of two machines may differ. complete_through is twice that and PUBLISH_TIMEOUT_MS behind, at least.',
  ),
} as const satisfies SettingsTable;
