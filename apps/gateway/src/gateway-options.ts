import { EVENT_LOG_SETTINGS } from '@sluice/engines';
import type { OptionsOf, SettingsTable } from '@sluice/settings';
import { ACCESS_SETTINGS } from './access/access.settings.js';
import { CROSS_ORIGIN_SETTINGS } from './cross-origin.settings.js';
import { ENDPOINT_SETTINGS } from './endpoints/endpoint.settings.js';
import { INGEST_SETTINGS } from './ingest/ingest.settings.js';
import { OVERLOAD_SETTINGS } from './overload/overload.settings.js';
import type { READS_SETTINGS } from './reads/reads.settings.js';
import { SCHEMAS_SETTINGS } from './schemas/schemas.settings.js';
import { SOURCES_SETTINGS } from './sources/sources.settings.js';

/** The settings of the features of the gateway, wherever it runs. */
export const GATEWAY_MODULE_SETTINGS = {
  ...INGEST_SETTINGS,
  ...ACCESS_SETTINGS,
  ...ENDPOINT_SETTINGS,
  ...SCHEMAS_SETTINGS,
  ...SOURCES_SETTINGS,
  ...CROSS_ORIGIN_SETTINGS,
  ...OVERLOAD_SETTINGS,
  // A stop waits this long for the requests that are in progress.
  publishTimeoutMs: EVENT_LOG_SETTINGS.publishTimeoutMs,
} as const satisfies SettingsTable;

/** The options of `GatewayModule`. Without `queryUrl`, reads are not served here. */
export type GatewayOptions = OptionsOf<typeof GATEWAY_MODULE_SETTINGS> & Partial<OptionsOf<typeof READS_SETTINGS>>;

export const GATEWAY_OPTIONS = Symbol('GatewayOptions');
