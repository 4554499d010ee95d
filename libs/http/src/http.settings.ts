import { hostList, type SettingsTable, text, wholeNumber } from '@sluice/settings';

const MIB = 1024 * 1024;

/** The address of a service, and the limits of its HTTP server. */
export const HTTP_SETTINGS = {
  host: text(
    'HOST',
    '127.0.0.1',
    /^\S+$/,
    'an address of this machine',
    'Address to listen on; 0.0.0.0 opens the port to the network.',
  ),
  port: wholeNumber('PORT', 8000, { min: 0, max: 65535 }, 'Port to listen on; 0 uses a free one.'),
  maxBodyBytes: wholeNumber(
    'MAX_BODY_BYTES',
    8 * MIB,
    { min: 1024, max: 256 * MIB },
    'Largest request body as received, in bytes.',
  ),
  allowedHosts: hostList(
    'ALLOWED_HOSTS',
    'While access is open: host names that the service accepts besides localhost and IP addresses. On 0.0.0.0 only browsers are checked.',
  ),
} as const satisfies SettingsTable;
