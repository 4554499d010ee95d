import { ARCHIVE_SETTINGS, requireArchiveUrl, requireWholeLogin } from '@sluice/archive';
import { EVENT_LOG_SETTINGS, requireSharedLog } from '@sluice/engines';
import { HTTP_SETTINGS } from '@sluice/http';
import { TRACING_SETTINGS } from '@sluice/observability';
import { type Config, PROCESS_SETTINGS, readSettings } from '@sluice/process';
import type { SettingsTable } from '@sluice/settings';

/** What the archiver reads. */
export const ARCHIVER_SETTINGS = {
  ...HTTP_SETTINGS,
  ...PROCESS_SETTINGS,
  ...EVENT_LOG_SETTINGS,
  ...ARCHIVE_SETTINGS,
  ...TRACING_SETTINGS,
} as const satisfies SettingsTable;

export type ArchiverConfig = Config<typeof ARCHIVER_SETTINGS>;

/** @throws ConfigError */
export function readArchiverConfig(env: NodeJS.ProcessEnv): ArchiverConfig {
  return readSettings(ARCHIVER_SETTINGS, env, [requireSharedLog('archiver'), requireArchiveUrl, requireWholeLogin]);
}
