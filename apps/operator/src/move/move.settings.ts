import { EVENT_LOG_SETTINGS, EXPIRY_SETTINGS, RECORD_STORE_SETTINGS, TOPIC_SETTINGS } from '@sluice/engines';
import { type Config, readSettings } from '@sluice/process';
import type { SettingsTable } from '@sluice/settings';

/** What `sluice move` reads of the engines that it moves to. */
const MOVE_SETTINGS = {
  ...EVENT_LOG_SETTINGS,
  ...TOPIC_SETTINGS,
  ...RECORD_STORE_SETTINGS,
  ...EXPIRY_SETTINGS,
} as const satisfies SettingsTable;

export type MoveConfig = Config<typeof MOVE_SETTINGS>;

/** @throws ConfigError */
export function readMoveConfig(env: NodeJS.ProcessEnv): MoveConfig {
  return readSettings(MOVE_SETTINGS, env);
}
