import { file, type OptionsOf, type SettingsTable, text, wholeNumber } from '@sluice/settings';

/** How devices find their gateways. */
export const ENDPOINT_SETTINGS = {
  endpoints: text(
    'ENDPOINTS',
    '',
    /./,
    'entries like https://a:8000 weight=2, https://b:8000, lab-7:* -> https://b:8000',
    'Gateway: where devices report, the same for all gateways; docs/guides/devices.md has the form. Empty: devices stay where they are.',
  ),
  endpointsFile: file(
    'ENDPOINTS_FILE',
    'Gateway: a file with these entries instead, one on each line. Read again when it changes.',
  ),
  endpointsTtlSeconds: wholeNumber(
    'ENDPOINTS_TTL_SECONDS',
    60,
    { min: 1, max: 86_400 },
    'Gateway: a device asks for its endpoints again after so long.',
  ),
  drainNoticeMs: wholeNumber(
    'DRAIN_NOTICE_MS',
    0,
    { min: 0, max: 600_000 },
    'Gateway: after a SIGTERM, records are taken in for so long while readiness is red and devices are told to go elsewhere; 15000 is enough for them. SHUTDOWN_TIMEOUT_MS comes after it.',
  ),
} as const satisfies SettingsTable;

export type EndpointOptions = Omit<OptionsOf<typeof ENDPOINT_SETTINGS>, 'drainNoticeMs'>;
