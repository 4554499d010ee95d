import { EVENT_LOG_SETTINGS, RECORD_STORE_SETTINGS, requireSharedLog, requireSharedStore } from '@sluice/engines';
import { HTTP_SETTINGS } from '@sluice/http';
import { TRACING_SETTINGS } from '@sluice/observability';
import { type Config, PROCESS_SETTINGS, readSettings } from '@sluice/process';
import type { SettingsTable } from '@sluice/settings';
import { BATCH_SETTINGS } from './batch.settings.js';

/** The settings of the buffer worker. */
export const WORKER_SETTINGS = {
  ...HTTP_SETTINGS,
  ...PROCESS_SETTINGS,
  ...EVENT_LOG_SETTINGS,
  ...RECORD_STORE_SETTINGS,
  ...BATCH_SETTINGS,
  ...TRACING_SETTINGS,
} as const satisfies SettingsTable;

export type WorkerConfig = Config<typeof WORKER_SETTINGS>;

/** @throws ConfigError */
export function readWorkerConfig(env: NodeJS.ProcessEnv): WorkerConfig {
  return readSettings(WORKER_SETTINGS, env, [requireSharedLog('buffer-worker'), requireSharedStore('buffer-worker')]);
}
