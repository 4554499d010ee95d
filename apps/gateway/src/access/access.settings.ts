import { type OptionsOf, networkList, oneOf, type SettingsTable } from '@sluice/settings';
import { RECORD_STORE_SETTINGS } from '@sluice/engines';
import { RATE_LIMIT_SETTINGS } from '@sluice/ingest';
import { TLS_SETTINGS } from '@sluice/ingest';

/** Who may send and read, and how much. Everything here is off unless it is set. */
export const ACCESS_SETTINGS = {
  auth: oneOf(
    'AUTH',
    'open',
    ['open', 'tokens'],
    'open: every client that reaches the address may send and read. tokens: every request needs a token; sluice tokens creates them.',
  ),
  allowedNetworks: networkList(
    'ALLOWED_NETWORKS',
    'Networks that may send requests; all others are answered 403 before their body is read. Empty: all networks.',
  ),
  trustedProxies: networkList(
    'TRUSTED_PROXIES',
    'Proxies in front of the gateway whose X-Forwarded-For is used. Empty: the header is ignored.',
  ),
  ...TLS_SETTINGS,
  ...RATE_LIMIT_SETTINGS,
  // The record store keeps the tokens.
  ...RECORD_STORE_SETTINGS,
} as const satisfies SettingsTable;

export type AccessOptions = OptionsOf<typeof ACCESS_SETTINGS>;
