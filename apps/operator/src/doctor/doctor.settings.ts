import { ARCHIVE_SETTINGS } from '@sluice/archive';
import { EVENT_LOG_SETTINGS, RECORD_STORE_SETTINGS } from '@sluice/engines';
import type { SettingsTable } from '@sluice/settings';

/** What `sluice doctor` reads: how to reach the engines and the archive, as every service does. */
export const DOCTOR_SETTINGS = {
  ...EVENT_LOG_SETTINGS,
  ...RECORD_STORE_SETTINGS,
  ...ARCHIVE_SETTINGS,
} as const satisfies SettingsTable;
