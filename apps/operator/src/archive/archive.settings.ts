import { OBJECT_STORE_SETTINGS, requireArchiveUrl, requireWholeLogin } from '@sluice/archive';
import { EVENT_LOG_SETTINGS, RECORD_STORE_SETTINGS } from '@sluice/engines';
import { type Config, readSettings } from '@sluice/process';
import type { SettingsTable } from '@sluice/settings';

/** What `sluice archive` reads. */
const ARCHIVE_COMMAND_SETTINGS = {
  ...EVENT_LOG_SETTINGS,
  ...RECORD_STORE_SETTINGS,
  ...OBJECT_STORE_SETTINGS,
} as const satisfies SettingsTable;

export type ArchiveCommandConfig = Config<typeof ARCHIVE_COMMAND_SETTINGS>;

/** @throws ConfigError */
export function readArchiveConfig(env: NodeJS.ProcessEnv): ArchiveCommandConfig {
  return readSettings(ARCHIVE_COMMAND_SETTINGS, env, [requireArchiveUrl, requireWholeLogin]);
}
