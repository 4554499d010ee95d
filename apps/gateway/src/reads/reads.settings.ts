import { type SettingsTable, text } from '@sluice/settings';

export const READS_SETTINGS = {
  queryUrl: text(
    'QUERY_URL',
    '',
    /^http:\/\/[^\s/]+$/,
    'http://host:port',
    'Gateway: address of the query service, to which reads are forwarded. Empty: reads are not served.',
  ),
} as const satisfies SettingsTable;
