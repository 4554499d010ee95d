import { LAG_SETTINGS, RATE_LIMIT_SETTINGS } from '@sluice/ingest';
import type { Setting } from '@sluice/settings';
import { ACCESS_SETTINGS } from '../access/access.settings.js';
import type { GatewayOptions } from '../gateway-options.js';
import { INGEST_SETTINGS } from '../ingest/ingest.settings.js';
import { OVERLOAD_SETTINGS } from '../overload/overload.settings.js';

/** What may be shown of the settings: numbers and choices, and no path, address or secret. */
const SHOWN = {
  ...INGEST_SETTINGS,
  ...RATE_LIMIT_SETTINGS,
  ...OVERLOAD_SETTINGS,
  ...LAG_SETTINGS,
  auth: ACCESS_SETTINGS.auth,
} as const;

export interface Limit {
  name: string;
  value: unknown;
  default: unknown;
  description: string;
}

/** The limits that hold here, in the words of docs/reference/configuration.md. */
export function limitsOf(options: GatewayOptions): Limit[] {
  return Object.entries<Setting<unknown>>(SHOWN).map(([option, { key, fallback, description }]) => ({
    name: key,
    value: options[option as keyof GatewayOptions],
    default: fallback,
    description,
  }));
}
