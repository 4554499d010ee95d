import { EVENT_LOG_SETTINGS, RECORD_STORE_SETTINGS } from '@sluice/engines';
import { type Config, readSettings } from '@sluice/process';
import type { SettingsTable } from '@sluice/settings';

/** What the commands about the embedded files read. */
export const BACKUP_SETTINGS = { ...EVENT_LOG_SETTINGS, ...RECORD_STORE_SETTINGS } as const satisfies SettingsTable;

export type BackupConfig = Config<typeof BACKUP_SETTINGS>;

/** @throws ConfigError */
export function readBackupConfig(env: NodeJS.ProcessEnv): BackupConfig {
  return readSettings(BACKUP_SETTINGS, env);
}
