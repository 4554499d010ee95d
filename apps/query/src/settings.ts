import {
  EVENT_LOG_SETTINGS,
  READING_SETTINGS,
  RECORD_STORE_SETTINGS,
  requireSharedLog,
  requireSharedStore,
} from '@sluice/engines';
import { HTTP_SETTINGS } from '@sluice/http';
import { LAG_SETTINGS } from '@sluice/ingest';
import { type Config, PROCESS_SETTINGS, readSettings } from '@sluice/process';
import type { CompleteThroughOptions } from './reading/complete-through.js';
import { COMPLETE_SETTINGS } from './reading/complete.settings.js';
import type { SettingsTable } from '@sluice/settings';

/** The settings of the query service. */
export const QUERY_SETTINGS = {
  ...HTTP_SETTINGS,
  ...PROCESS_SETTINGS,
  ...EVENT_LOG_SETTINGS,
  ...RECORD_STORE_SETTINGS,
  ...READING_SETTINGS,
  ...LAG_SETTINGS,
  ...COMPLETE_SETTINGS,
} as const satisfies SettingsTable;

export type QueryConfig = Config<typeof QUERY_SETTINGS>;

/** @throws ConfigError */
export function readQueryConfig(env: NodeJS.ProcessEnv): QueryConfig {
  return readSettings(QUERY_SETTINGS, env, [requireSharedLog('query'), requireSharedStore('query')]);
}

/** A secondary of a replica set may show a record later than it was acknowledged. */
export function completeOptions({
  publishTimeoutMs,
  clockToleranceMs,
  readPreference = 'primary',
}: Pick<QueryConfig, 'publishTimeoutMs' | 'clockToleranceMs'> & Partial<QueryConfig>): CompleteThroughOptions {
  return { publishTimeoutMs, clockToleranceMs, isKnown: readPreference === 'primary' };
}
