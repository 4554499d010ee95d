import { type SettingsTable, text } from '@sluice/settings';

export const READS_SETTINGS = {
  queryUrl: text(
    'QUERY_URL',
    '',
    /^http:\/\/[^\s/]+$/,
    'http://host:port',
    'Gateway: where the query service listens; reads are forwarded to it. Empty: reads are not served.',
  ),
} as const satisfies SettingsTable;
