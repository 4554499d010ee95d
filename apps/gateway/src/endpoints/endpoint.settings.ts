import { file, type OptionsOf, type SettingsTable, text, wholeNumber } from '@sluice/settings';

/** How devices find their gateways. */
export const ENDPOINT_SETTINGS = {
  endpoints: text(
    'ENDPOINTS',
    '',
    /./,
    'entries like https://a:8000 weight=2, https://b:8000, lab-7:* -> https://b:8000',
    'Gateway: the endpoints of all gateways, which devices choose from; docs/guides/devices.md has the format. Empty: devices keep their address.',
  ),
  endpointsFile: file(
    'ENDPOINTS_FILE',
    'Gateway: file with these entries, one on each line, instead of ENDPOINTS. Read again when it changes.',
  ),
  endpointsTtlSeconds: wholeNumber(
    'ENDPOINTS_TTL_SECONDS',
    60,
    { min: 1, max: 86_400 },
    'Gateway: time after which a device requests its endpoints again.',
  ),
  drainNoticeMs: wholeNumber(
    'DRAIN_NOTICE_MS',
    0,
    { min: 0, max: 600_000 },
    'Gateway: time after SIGTERM in which it still accepts records but reports not ready, so that devices can move; 15000 is enough. SHUTDOWN_TIMEOUT_MS starts after it.',
  ),
} as const satisfies SettingsTable;

export type EndpointOptions = Omit<OptionsOf<typeof ENDPOINT_SETTINGS>, 'drainNoticeMs'>;
