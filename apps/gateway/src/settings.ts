import { EVENT_LOG_SETTINGS, requireSharedLog, requireSharedStore } from '@sluice/engines';
import { HTTP_SETTINGS } from '@sluice/http';
import { TRACING_SETTINGS } from '@sluice/observability';
import { type Config, PROCESS_SETTINGS, readSettings, type SettingsRule } from '@sluice/process';
import type { SettingsTable } from '@sluice/settings';
import { requireTlsFiles } from '@sluice/ingest';
import { GATEWAY_MODULE_SETTINGS } from './gateway-options.js';
import { requireFittingLimits } from './ingest/ingest.settings.js';
import { PROCESSES_SETTINGS } from './processes/processes.settings.js';
import { READS_SETTINGS } from './reads/reads.settings.js';

/** What the gateway reads. */
export const GATEWAY_SETTINGS = {
  ...HTTP_SETTINGS,
  ...PROCESS_SETTINGS,
  ...EVENT_LOG_SETTINGS,
  ...GATEWAY_MODULE_SETTINGS,
  ...READS_SETTINGS,
  ...PROCESSES_SETTINGS,
  ...TRACING_SETTINGS,
} as const satisfies SettingsTable;

export type GatewayConfig = Config<typeof GATEWAY_SETTINGS>;

/** What must hold between the settings of the gateway, wherever it runs. */
export const GATEWAY_RULES = [requireFittingLimits, requireTlsFiles];

/** @throws ConfigError */
export function readGatewayConfig(env: NodeJS.ProcessEnv): GatewayConfig {
  const rules = [...GATEWAY_RULES, requireSharedLog('gateway'), requireSharedTokens];
  return readSettings(GATEWAY_SETTINGS, env, rules);
}

/** The gateway needs the record store for the tokens only. */
const requireSharedTokens: SettingsRule<typeof GATEWAY_SETTINGS> = (config) => {
  if (config.auth === 'tokens') requireSharedStore('gateway')(config);
};
