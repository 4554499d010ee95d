import {
  EVENT_LOG_SETTINGS,
  EXPIRY_SETTINGS,
  RECORD_STORE_SETTINGS,
  requireSharedLog,
  requireSharedStore,
  TOPIC_SETTINGS,
} from '@sluice/engines';
import { PAYLOAD_SIZE_SETTINGS } from '@sluice/ingest';
import { type Config, LOG_SETTINGS, readSettings } from '@sluice/process';
import type { SettingsTable } from '@sluice/settings';

/** What `sluice init` reads. */
export const INIT_SETTINGS = {
  ...LOG_SETTINGS,
  ...EVENT_LOG_SETTINGS,
  ...TOPIC_SETTINGS,
  ...PAYLOAD_SIZE_SETTINGS,
  ...RECORD_STORE_SETTINGS,
  ...EXPIRY_SETTINGS,
} as const satisfies SettingsTable;

/** @throws ConfigError */
export function readInitConfig(env: NodeJS.ProcessEnv): Config<typeof INIT_SETTINGS> {
  return readSettings(INIT_SETTINGS, env, [requireSharedLog('init'), requireSharedStore('init')]);
}
