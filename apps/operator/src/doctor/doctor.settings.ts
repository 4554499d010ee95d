import { ARCHIVE_SETTINGS } from '@sluice/archive';
import { EVENT_LOG_SETTINGS, RECORD_STORE_SETTINGS } from '@sluice/engines';
import { PAYLOAD_SIZE_SETTINGS, TLS_SETTINGS } from '@sluice/ingest';
import type { SettingsTable } from '@sluice/settings';

/** What `sluice doctor` reads: how to reach the engines and the archive, as every service does, and the certificate of the gateway. */
export const DOCTOR_SETTINGS = {
  ...EVENT_LOG_SETTINGS,
  ...RECORD_STORE_SETTINGS,
  ...ARCHIVE_SETTINGS,
  ...PAYLOAD_SIZE_SETTINGS,
  tlsCertFile: TLS_SETTINGS.tlsCertFile,
} as const satisfies SettingsTable;
