import { ARCHIVE_SETTINGS, requireWholeLogin } from '@sluice/archive';
import { BATCH_SETTINGS } from '@sluice/buffer-worker';
import {
  EVENT_LOG_SETTINGS,
  EXPIRY_SETTINGS,
  RECORD_STORE_SETTINGS,
  RETENTION_SETTINGS,
  TOPIC_SETTINGS,
} from '@sluice/engines';
import { GATEWAY_MODULE_SETTINGS, GATEWAY_RULES, PROCESSES_SETTINGS, requireOneProcess } from '@sluice/gateway';
import { HTTP_SETTINGS } from '@sluice/http';
import { TRACING_SETTINGS } from '@sluice/observability';
import { type Config, PROCESS_SETTINGS, readSettings } from '@sluice/process';
import { COMPLETE_SETTINGS } from '@sluice/query';
import type { SettingsTable } from '@sluice/settings';

/** The settings of the process with the whole pipeline: no `QUERY_URL`, because it serves the reads itself. */
export const STANDALONE_SETTINGS = {
  ...HTTP_SETTINGS,
  ...PROCESS_SETTINGS,
  ...EVENT_LOG_SETTINGS,
  ...RECORD_STORE_SETTINGS,
  ...TOPIC_SETTINGS,
  ...RETENTION_SETTINGS,
  ...EXPIRY_SETTINGS,
  ...GATEWAY_MODULE_SETTINGS,
  ...PROCESSES_SETTINGS,
  ...BATCH_SETTINGS,
  ...ARCHIVE_SETTINGS,
  ...TRACING_SETTINGS,
  ...COMPLETE_SETTINGS,
} as const satisfies SettingsTable;

export type StandaloneConfig = Config<typeof STANDALONE_SETTINGS>;

/** @throws ConfigError */
export function readStandaloneConfig(env: NodeJS.ProcessEnv): StandaloneConfig {
  return readSettings(STANDALONE_SETTINGS, env, [...GATEWAY_RULES, requireWholeLogin, requireOneProcess]);
}
